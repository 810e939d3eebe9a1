package io.doppel.vault.internal.verify;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.TreeSurvey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Walks the trees of versions to tell what of them cannot be read; what they share and is whole is walked once. */
final class VersionWalk {
    private final ChunkIndex index;
    private final NodeSource nodes;
    private final CancelToken cancel;

    VersionWalk(ChunkIndex index, NodeSource nodes, CancelToken cancel) {
        this.index = index;
        this.nodes = nodes;
        this.cancel = cancel;
    }

    /** The packs in which the versions' chunks and nodes are. Nodes that cannot be read are told by {@link Check}. */
    Set<Integer> packsOf(Collection<VersionManifest> versions) throws DoppelException {
        Set<Integer> packs = new TreeSet<>();
        NodeSource noting = id -> {
            note(id, packs);
            return nodes.node(id);
        };
        TreeSurvey survey = new TreeSurvey(noting, cancel);
        for (VersionManifest version : versions) {
            for (VersionManifest.Disk disk : version.disks()) {
                survey.walk(root(disk), disk.size(), new TreeSurvey.Visitor() {
                    @Override
                    public boolean chunk(Entry chunk) throws DoppelException {
                        note(chunk.id(), packs);
                        return true;
                    }

                    @Override
                    public void unreadable(long from, long to, DoppelException why) {}
                });
            }
        }
        return packs;
    }

    private void note(byte[] id, Set<Integer> packs) throws DoppelException {
        index.find(id).forEach(l -> packs.add(l.pack()));
    }

    private static byte[] root(VersionManifest.Disk disk) {
        return disk.root() == null ? null : HexFormat.of().parseHex(disk.root());
    }

    /** A check of versions, of which it is known by now what is damaged. */
    Check check(Damage damage) {
        return new Check(damage);
    }

    /** Checks version after version. */
    final class Check {
        private final Damage damage;
        private final TreeSurvey survey = new TreeSurvey(nodes, cancel);

        private Check(Damage damage) {
            this.damage = damage;
        }

        /** What keeps a version from being restored whole; at most twenty places of a disk are named, then their number. */
        List<String> problems(VersionManifest version) throws DoppelException {
            List<String> all = new ArrayList<>();
            for (VersionManifest.Disk disk : version.disks()) {
                Places places = new Places(disk.key());
                survey.walk(root(disk), disk.size(), new TreeSurvey.Visitor() {
                    @Override
                    public boolean chunk(Entry chunk) throws DoppelException {
                        String wrong = wrong(chunk);
                        if (wrong != null) {
                            places.add(chunk.offset(), chunk.end(), wrong);
                        }
                        return wrong == null;
                    }

                    @Override
                    public void unreadable(long from, long to, DoppelException why) {
                        places.add(from, to, why.what());
                    }
                });
                all.addAll(places.sentences());
            }
            return all;
        }

        /** What is wrong with a chunk, null if nothing is. */
        private String wrong(Entry chunk) throws DoppelException {
            List<Location> copies = index.find(chunk.id());
            if (copies.isEmpty()) {
                return "no pack holds it";
            }
            if (!damage.none() && copies.stream().allMatch(damage::hits)) {
                return "damaged in " + index.packObject(copies.get(0).pack());
            }
            return null;
        }
    }
}
