package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.ObjectName;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks whether the packs that the index names are in the storage with the size that it names, and has those
 * distrusted that are not (docs/vault-format.md §9). Takes one listing of the packs, whatever the size of the disks. Safe for several threads.
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
     * Looks, and has the index distrust the packs that are missing.
     *
     * @return numbers of the packs that were not known to be bad, ascending
     */
    public Set<Integer> check() throws DoppelException {
        BitSet missing = new BitSet();
        // packs that come from now on are durable, but the listing need not tell of them
        missing.set(0, index.packCount());
        index.distrusted().packs().forEach(missing::clear);
        missing.andNot(index.cleared());
        for (ObjectKind kind : ObjectKind.values()) {
            storage.list(kind.folder(), o -> {
                int pack = index.packNumber(ObjectName.last(o.name()));
                if (pack >= 0 && isThatPack(o, pack)) {
                    missing.clear(pack);
                }
            });
        }
        Set<Integer> lost = new TreeSet<>();
        for (int pack = missing.nextSetBit(0); pack >= 0; pack = missing.nextSetBit(pack + 1)) {
            Optional<ObjectInfo> found = storage.stat(index.packObject(pack));
            // it is on a cleared list before it is deleted
            if ((found.isEmpty() || !isThatPack(found.get(), pack)) && !index.isCleared(pack)) {
                lost.add(pack);
            }
        }
        index.distrust(new Damage(lost, Set.of()));
        return lost;
    }

    private boolean isThatPack(ObjectInfo object, int pack) {
        return object.name().equals(index.packObject(pack)) && object.size() == index.packSize(pack);
    }
}
