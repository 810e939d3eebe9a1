package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes segments into the index: from their local files where these are there, otherwise several at once from the storage. For one use.
 */
public final class IndexLoader {
    private final Storage storage;
    private final IndexSegments segments;
    private final IndexCache cache;
    private final ChunkIndex index;
    private final Set<String> attached = new HashSet<>();
    private final Set<String> broken = new HashSet<>();
    private final List<String> warnings = new ArrayList<>();
    private boolean missing;

    /** A loader into {@code index}. */
    public IndexLoader(Storage storage, IndexSegments segments, IndexCache cache, ChunkIndex index) {
        this.storage = storage;
        this.segments = segments;
        this.cache = cache;
        this.index = index;
    }

    /**
     * Loads segments.
     *
     * @throws DoppelException {@link VaultError#LOCAL_INDEX}; the storage's failures. A segment that is missing or damaged is
     *     {@link #broken}, and so is one that the storage cannot read, unless there are more than a few
     */
    public void load(Collection<String> names) throws DoppelException {
        if (names.isEmpty()) {
            return;
        }
        Set<String> stored = new HashSet<>(segments.stored());
        List<String> toMake = new ArrayList<>();
        for (String name : names) {
            if (!stored.contains(name)
                    && storage.stat(IndexSegments.objectName(name)).isEmpty()) {
                // what the local file has must be put into the vault again, which is done from the packs
                missing = true;
                broken(
                        name,
                        VaultError.MISSING_OBJECT.id() + ": Index segment '" + IndexSegments.objectName(name)
                                + "' is missing");
                cache.drop(name);
                continue;
            }
            Optional<LocalSegment> there = cache.existing(name);
            there.ifPresent(this::attach);
            if (there.isEmpty()) {
                toMake.add(name);
            }
        }
        FewFailures<Optional<LocalSegment>> making =
                new FewFailures<>(i -> make(toMake.get(i)), made -> made.ifPresent(this::attach));
        for (FewFailures.Failure f : making.run("doppel-vault-index", toMake.size())) {
            String name = toMake.get(f.i());
            broken(
                    name,
                    f.why().code().id() + ": Index segment '" + IndexSegments.objectName(name) + "' cannot be read: "
                            + f.why().what());
        }
    }

    private Optional<LocalSegment> make(String name) throws DoppelException {
        try {
            return Optional.of(cache.make(name));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            broken(name, e);
            return Optional.empty();
        }
    }

    private synchronized void broken(String name, DoppelException why) {
        missing |= why.is(VaultError.MISSING_OBJECT);
        broken(name, why.code().id() + ": " + why.what());
    }

    private synchronized void attach(LocalSegment segment) {
        index.attach(segment);
        attached.add(segment.name());
    }

    private synchronized void broken(String name, String why) {
        broken.add(name);
        warnings.add(why + "; it was made again from the packs");
    }

    /** Segments that were taken in, also if {@link #load} failed. */
    public Set<String> attached() {
        return attached;
    }

    /** Segments that could not be loaded. */
    public Set<String> broken() {
        return broken;
    }

    /** A sentence for each segment that could not be loaded. */
    public List<String> warnings() {
        return warnings;
    }

    /** Whether a segment is not there, so that what listed it may be out of date. */
    public boolean missing() {
        return missing;
    }
}
