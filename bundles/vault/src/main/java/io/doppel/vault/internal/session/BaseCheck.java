package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Ranges;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.NodeStore;
import io.doppel.vault.internal.tree.TreeReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells which parts of an earlier version's disk may be taken over (docs/vault-format.md §9). Takes no time in a vault of which
 * everything is there; otherwise the disk's tree is walked, once until more is found lost or, if parts are damaged, until something is stored. Safe for several threads; keeps at most a few
 * megabytes.
 */
public final class BaseCheck {
    private static final long STEP = 1L << 30;
    private static final int MOST_KEPT = 100_000;
    /** Walks after which it is as good as known what is lost, although the last one still found more. */
    private static final int ROUNDS = 5;

    private final ChunkIndex index;
    private final NodeSource nodes;
    private final boolean indexSuspect;

    /** What was found of disks, by their roots, when {@link #lost} was all that was lost. */
    private final Map<String, BaseFinding> kept = new HashMap<>();

    private Damage lost = Damage.NONE;
    private int weight;

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
     * Why nothing of the disk can be taken over; empty if anything can.
     *
     * @param cancel looked at for each GiB of the disk
     * @throws DoppelException the storage's failures; whatever the token throws
     */
    public Optional<String> unusable(VersionManifest.Disk disk, CancelToken cancel) throws DoppelException {
        return Optional.ofNullable(look(disk, cancel).noRoot());
    }

    /** What of the disk has to be read and stored again, ascending and disjoint; fails as {@link #unusable}. */
    public List<ByteRange> damaged(VersionManifest.Disk disk, CancelToken cancel) throws DoppelException {
        return look(disk, cancel).damaged();
    }

    /** Looks which parts have copies that are not distrusted. */
    BaseFinding look(VersionManifest.Disk disk, CancelToken cancel) throws DoppelException {
        Damage now = index.distrusted();
        if (disk.root() == null || !indexSuspect && now.none()) {
            return BaseFinding.whole(now, disk.dataBytes());
        }
        BaseFinding found = find(disk, now);
        for (int round = 0; found == null && round < ROUNDS; round++) {
            BaseFinding walked = walk(disk, cancel);
            // reading nodes may have shown that more is lost, of which what was walked before may be part
            if (walked.lost() == index.distrusted() || round == ROUNDS - 1) {
                keep(disk, walked);
                found = walked;
            }
        }
        return found;
    }

    private BaseFinding walk(VersionManifest.Disk disk, CancelToken cancel) throws DoppelException {
        Damage now = index.distrusted();
        int packs = index.packCount();
        byte[] root = disk.rootId();
        try {
            nodes.node(root);
        } catch (DoppelException e) {
            if (e.is(VaultError.DAMAGED_DATA)) {
                return new BaseFinding(now, packs, e.what(), List.of(), List.of(), 0);
            }
            throw e;
        }
        List<byte[]> single = new ArrayList<>();
        NodeSource noting = id -> {
            byte[] bytes = nodes.node(id);
            if (index.sound(id).size() < NodeStore.COPIES) {
                single.add(id.clone());
            }
            return bytes;
        };
        TreeReader tree = new TreeReader(noting, root, disk.size());
        List<ByteRange> damaged = new ArrayList<>();
        long[] data = {0};
        for (long at = 0; at < disk.size(); at += STEP) {
            cancel.check();
            tree.chunks(
                    at,
                    Math.min(at + STEP, disk.size()),
                    e -> {
                        data[0] += e.length();
                        if (index.sound(e.id()).isEmpty()) {
                            Ranges.append(damaged, e.offset(), e.end());
                        }
                    },
                    (from, to, why) -> Ranges.append(damaged, from, to));
        }
        return new BaseFinding(now, packs, null, List.copyOf(damaged), List.copyOf(single), data[0]);
    }

    private synchronized BaseFinding find(VersionManifest.Disk disk, Damage now) {
        BaseFinding found = lost == now ? kept.get(keyOf(disk)) : null;
        return found != null && found.holds(index.packCount()) ? found : null;
    }

    private synchronized void keep(VersionManifest.Disk disk, BaseFinding found) {
        if (lost != found.lost() || weight > MOST_KEPT) {
            lost = found.lost();
            kept.clear();
            weight = 0;
        }
        if (found.weight() <= MOST_KEPT) {
            BaseFinding before = kept.put(keyOf(disk), found);
            weight += found.weight() - (before == null ? 0 : before.weight());
        }
    }

    private static String keyOf(VersionManifest.Disk disk) {
        return disk.root() + " " + disk.size();
    }
}
