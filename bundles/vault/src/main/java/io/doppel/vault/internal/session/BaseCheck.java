package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.NodeStore;
import io.doppel.vault.internal.tree.TreeReader;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Tells whether parts of an earlier version's disk may be taken over. Takes no time in a vault of which everything is there;
 * otherwise the disk's tree is walked, once until more is found lost. Safe for several threads.
 */
public final class BaseCheck {
    private static final long STEP = 1L << 30;
    private static final int MOST_REMEMBERED = 1000;

    private final ChunkIndex index;
    private final NodeSource nodes;
    private final boolean indexSuspect;

    /** Roots of disks that were found whole when {@link #lost} was all that was lost. */
    private final Set<String> whole = new HashSet<>();

    private Damage lost = Damage.NONE;

    /**
     * A check.
     *
     * @param indexSuspect whether packs may be lost that the index does not know of
     */
    public BaseCheck(ChunkIndex index, NodeSource nodes, boolean indexSuspect) {
        this.index = index;
        this.nodes = nodes;
        this.indexSuspect = indexSuspect;
    }

    /**
     * Checks that everything that the disk needs is in copies that are not distrusted, nodes in two.
     *
     * @param cancel looked at for each GiB of the disk
     * @throws DoppelException {@link VaultError#PACK_GONE}; the storage's failures; whatever the token throws
     */
    public void check(String version, VersionManifest.Disk disk, CancelToken cancel) throws DoppelException {
        Damage now = index.distrusted();
        if (disk.root() == null || !indexSuspect && now.none() || isKnownWhole(disk, now)) {
            return;
        }
        NodeSource checked = id -> {
            require(id, NodeStore.COPIES, version, disk);
            return nodes.node(id);
        };
        TreeReader tree = new TreeReader(checked, HexFormat.of().parseHex(disk.root()), disk.size());
        try {
            for (long at = 0; at < disk.size(); at += STEP) {
                cancel.check();
                tree.chunks(at, Math.min(at + STEP, disk.size()), e -> require(e.id(), 1, version, disk));
            }
        } catch (DoppelException e) {
            throw e.is(VaultError.DAMAGED_DATA) ? notWhole(version, disk, e.what()) : e;
        }
        rememberWhole(disk, now);
    }

    private synchronized boolean isKnownWhole(VersionManifest.Disk disk, Damage now) {
        return lost == now && whole.contains(disk.root());
    }

    private synchronized void rememberWhole(VersionManifest.Disk disk, Damage then) {
        if (lost != then || whole.size() >= MOST_REMEMBERED) {
            lost = then;
            whole.clear();
        }
        whole.add(disk.root());
    }

    private void require(byte[] id, int copies, String version, VersionManifest.Disk disk) throws DoppelException {
        if (index.sound(id).size() < copies) {
            throw notWhole(version, disk, where(index.find(id)));
        }
    }

    private String where(List<Location> all) {
        return all.stream()
                .filter(index.distrusted()::hits)
                .map(l -> "pack '" + index.packObject(l.pack()) + "' is missing or damaged")
                .findFirst()
                .orElse("too few packs hold a part of it");
    }

    private static DoppelException notWhole(String version, VersionManifest.Disk disk, String reason) {
        return new DoppelException(
                VaultError.PACK_GONE,
                "Disk '" + disk.key() + "' of version " + version + " is not there as a whole: " + reason);
    }
}
