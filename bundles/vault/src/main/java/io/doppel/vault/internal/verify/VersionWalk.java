package io.doppel.vault.internal.verify;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.TreeReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Walks the trees of versions to tell what of them cannot be read. */
final class VersionWalk {
    private static final long STEP = 1L << 30;

    private final ChunkIndex index;
    private final NodeSource nodes;
    private final CancelToken cancel;

    VersionWalk(ChunkIndex index, NodeSource nodes, CancelToken cancel) {
        this.index = index;
        this.nodes = nodes;
        this.cancel = cancel;
    }

    /** Adds the packs in which a version's chunks and nodes are. Nodes that cannot be read are told by {@link #problems}. */
    void packsOf(VersionManifest version, Set<Integer> packs) throws DoppelException {
        NodeSource noting = id -> {
            index.find(id).forEach(l -> packs.add(l.pack()));
            return nodes.node(id);
        };
        for (VersionManifest.Disk disk : version.disks()) {
            walk(disk, noting, e -> index.find(e.id()).forEach(l -> packs.add(l.pack())), new Places(disk.key()));
        }
    }

    /** What keeps a version from being restored whole; at most twenty places of a disk are named, then their number. */
    List<String> problems(VersionManifest version, Damage damage) throws DoppelException {
        List<String> all = new ArrayList<>();
        for (VersionManifest.Disk disk : version.disks()) {
            Places places = new Places(disk.key());
            walk(
                    disk,
                    nodes,
                    e -> {
                        List<Location> copies = index.find(e.id());
                        if (copies.isEmpty()) {
                            places.add(e.offset(), e.end(), "no pack holds it");
                        } else if (!damage.none() && copies.stream().allMatch(damage::hits)) {
                            places.add(
                                    e.offset(),
                                    e.end(),
                                    "damaged in "
                                            + index.packObject(copies.get(0).pack()));
                        }
                    },
                    places);
            all.addAll(places.sentences());
        }
        return all;
    }

    private void walk(VersionManifest.Disk disk, NodeSource source, TreeReader.Visitor visitor, Places unreadable)
            throws DoppelException {
        byte[] root = disk.root() == null ? null : HexFormat.of().parseHex(disk.root());
        TreeReader tree = new TreeReader(source, root, disk.size());
        for (long from = 0; from < disk.size() && root != null; from += STEP) {
            cancel.check();
            long start = from;
            try {
                tree.chunks(start, Math.min(disk.size(), start + STEP), e -> {
                    if (e.offset() >= start) {
                        visitor.entry(e);
                    }
                });
            } catch (DoppelException e) {
                if (!e.is(VaultError.DAMAGED_DATA)) {
                    throw e;
                }
                unreadable.add(start, Math.min(disk.size(), start + STEP), e.what());
            }
        }
    }
}
