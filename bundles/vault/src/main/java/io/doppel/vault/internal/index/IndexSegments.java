package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectName;
import java.util.ArrayList;
import java.util.List;

/** The index segments of a vault's storage (docs/vault-format.md §7). Safe for several threads. */
public final class IndexSegments {
    private static final String FOLDER = "index";

    private final Storage storage;
    private final KeyRing keys;

    /** For a vault's storage and keys. */
    public IndexSegments(Storage storage, KeyRing keys) {
        this.storage = storage;
        this.keys = keys;
    }

    /** The object name of a segment. */
    public static String objectName(String segment) {
        return FOLDER + '/' + segment.substring(0, 2) + '/' + segment;
    }

    /** Names of the segments in the storage, listed by a head or not; a copy. */
    public List<String> stored() throws DoppelException {
        List<String> names = new ArrayList<>();
        storage.list(FOLDER, o -> {
            String name = ObjectName.last(o.name());
            if (PackTable.isName(name) && o.name().equals(objectName(name))) {
                names.add(name);
            }
        });
        return names;
    }

    /** Writes a segment, durably, and returns its name. */
    String write(SegmentRows rows) throws DoppelException {
        try (SegmentWriter writer = writer()) {
            rows.forEach(writer);
            return writer.commit(rows.packs());
        }
    }

    SegmentWriter writer() throws DoppelException {
        return new SegmentWriter(storage, keys);
    }

    SegmentReader read(String name, SegmentReader.Stop stop) throws DoppelException {
        return new SegmentReader(storage, keys, name, stop);
    }

    /**
     * Reads a segment and checks all of it.
     *
     * @throws DoppelException {@link VaultError#MISSING_OBJECT} or {@link VaultError#DAMAGED_OBJECT}; the storage's failure
     */
    public void check(String name) throws DoppelException {
        read(name, () -> {}).forEach((id, at, entry) -> {});
    }

    void delete(String name) throws DoppelException {
        storage.delete(objectName(name));
    }
}
