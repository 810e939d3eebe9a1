package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.pack.ObjectKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Looks whether the packs that the index names are in the storage with the size that it names, and marks those that are not as lost
 * (docs/vault-format.md §9). Takes one listing of the packs, whatever the size of the disks. Safe for several threads.
 */
public final class PackPresence {
    private final Storage storage;
    private final ChunkIndex index;

    /** For an open vault's storage and index. */
    public PackPresence(Storage storage, ChunkIndex index) {
        this.storage = storage;
        this.index = index;
    }

    /**
     * Looks, and marks.
     *
     * @return object names of the packs that were not marked before
     */
    public List<String> check() throws DoppelException {
        BitSet missing = new BitSet();
        // packs that come from now on are durable, but the listing need not tell of them
        missing.set(0, index.packCount());
        missing.andNot(index.lost());
        for (ObjectKind kind : ObjectKind.values()) {
            storage.list(kind.folder(), o -> {
                int pack = index.packNumber(o.name().substring(o.name().lastIndexOf('/') + 1));
                if (pack >= 0 && isThatPack(o, pack)) {
                    missing.clear(pack);
                }
            });
        }
        List<String> names = new ArrayList<>();
        for (int pack = missing.nextSetBit(0); pack >= 0; pack = missing.nextSetBit(pack + 1)) {
            Optional<ObjectInfo> found = storage.stat(index.packObject(pack));
            if (found.isPresent() && isThatPack(found.get(), pack)) {
                missing.clear(pack);
            } else {
                names.add(index.packObject(pack));
            }
        }
        index.markLost(missing);
        return names;
    }

    private boolean isThatPack(ObjectInfo object, int pack) {
        return object.name().equals(index.packObject(pack)) && object.size() == index.packSize(pack);
    }
}
