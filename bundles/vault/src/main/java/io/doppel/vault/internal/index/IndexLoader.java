package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Fills the index from segments, and from the packs' own footers where segments do not tell. */
public final class IndexLoader {
    private final Storage storage;
    private final KeyRing keys;
    private final IndexSegments segments;
    private final ChunkIndex index;
    private final Set<String> broken = new HashSet<>();

    /** A loader into {@code index}. */
    public IndexLoader(Storage storage, KeyRing keys, IndexSegments segments, ChunkIndex index) {
        this.storage = storage;
        this.keys = keys;
        this.segments = segments;
        this.index = index;
    }

    /** Loads segments; returns a warning for each that is missing or damaged. */
    public List<String> load(List<String> names) throws DoppelException {
        List<String> warnings = new ArrayList<>();
        for (String name : names) {
            try {
                segments.load(name, index);
            } catch (DoppelException e) {
                if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                    throw e;
                }
                broken.add(name);
                warnings.add(e.code().id() + ": " + e.what() + "; it was made again from the packs");
            }
        }
        return warnings;
    }

    /** Segments that could not be loaded. */
    public Set<String> broken() {
        return broken;
    }

    /**
     * Learns of packs that no segment tells of, by listing all packs and reading the footers of unknown ones. Packs that cannot be
     * opened are left out; verification names them.
     *
     * @param skip names of packs that shall not be looked at; asked after the listing
     */
    public List<PackInfo> adopt(Predicate<String> skip) throws DoppelException {
        List<PackInfo> adopted = new ArrayList<>();
        PackReader reader = new PackReader(storage, keys);
        for (ObjectKind kind : ObjectKind.values()) {
            for (String name : unknown(storage, kind, index)) {
                if (skip.test(name) || index.knowsPack(name)) {
                    continue;
                }
                try {
                    PackInfo info = reader.open(kind, name).info();
                    index.add(info);
                    adopted.add(info);
                } catch (DoppelException e) {
                    if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                        throw e;
                    }
                }
            }
        }
        return adopted;
    }

    /** Names of the packs of a kind that are in the storage but not in the index. */
    public static List<String> unknown(Storage storage, ObjectKind kind, ChunkIndex index) throws DoppelException {
        List<String> names = new ArrayList<>();
        storage.list(kind.folder(), o -> {
            String name = o.name().substring(o.name().lastIndexOf('/') + 1);
            if (o.name().length() > 3
                    && name.matches("[0-9a-f]{32}")
                    && o.name().equals(kind.objectName(name))
                    && !index.knowsPack(name)) {
                names.add(name);
            }
        });
        return names;
    }
}
