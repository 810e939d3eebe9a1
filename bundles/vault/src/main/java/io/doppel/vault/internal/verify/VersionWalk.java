package io.doppel.vault.internal.verify;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.NodeStore;
import io.doppel.vault.internal.tree.TreeSurvey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Walks the trees of versions to tell what of them cannot be read; what they share and is whole is walked once. */
final class VersionWalk {
    /** Most nodes that are remembered because they lack a copy; about 20 MiB. */
    static final int MOST_SINGLE = 100_000;

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
                    public boolean node(byte[] id, long from, long to) {
                        return true;
                    }

                    @Override
                    public void unreadable(byte[] id, long from, long to, DoppelException why) {}
                });
            }
        }
        return packs;
    }

    private void note(byte[] id, Set<Integer> packs) throws DoppelException {
        index.find(id).forEach(l -> packs.add(l.pack()));
    }

    private static byte[] root(VersionManifest.Disk disk) {
        return disk.rootId();
    }

    /** A check of versions, of which it is known by now what is damaged. */
    Check check(Damage damage) {
        return new Check(damage);
    }

    /** Checks version after version, and gathers who needs what is damaged. */
    final class Check {
        private final Damage damage;
        private final Needs needs;
        private final TreeSurvey survey = new TreeSurvey(nodes, cancel);
        private final Map<ByteBuffer, byte[]> single = new LinkedHashMap<>();

        private Check(Damage damage) {
            this.damage = damage;
            this.needs = new Needs(index, damage);
        }

        /** What keeps a version from being restored whole; at most twenty places of a disk are named, then their number. */
        List<String> problems(VersionManifest version) throws DoppelException {
            List<String> all = new ArrayList<>();
            for (VersionManifest.Disk disk : version.disks()) {
                Places places = new Places(disk.key());
                survey.walk(root(disk), disk.size(), new OfDisk(version, disk, places));
                all.addAll(places.sentences());
            }
            return all;
        }

        /** Who needs what is damaged, of the versions that were checked. */
        Needs needs() {
            return needs;
        }

        /** Ids of nodes that were met of which only one copy is sound, at most {@link VersionWalk#MOST_SINGLE}. */
        List<byte[]> single() {
            return List.copyOf(single.values());
        }

        private final class OfDisk implements TreeSurvey.Visitor {
            private final VersionManifest version;
            private final VersionManifest.Disk disk;
            private final Places places;

            OfDisk(VersionManifest version, VersionManifest.Disk disk, Places places) {
                this.version = version;
                this.disk = disk;
                this.places = places;
            }

            @Override
            public boolean chunk(Entry chunk) throws DoppelException {
                List<Location> copies = index.find(chunk.id());
                boolean lost = copies.stream().allMatch(damage::hits);
                needs.add(copies, version, disk, chunk.offset(), chunk.end(), lost);
                if (lost) {
                    String why = copies.isEmpty()
                            ? "no pack holds it"
                            : "damaged in " + index.packObject(copies.get(0).pack());
                    places.add(chunk.offset(), chunk.end(), why);
                }
                return copies.stream().noneMatch(damage::hits) && !lost;
            }

            @Override
            public boolean node(byte[] id, long from, long to) throws DoppelException {
                List<Location> copies = index.find(id);
                needs.add(copies, version, disk, from, to, false);
                boolean twice = copies.stream().filter(c -> !damage.hits(c)).count() >= NodeStore.COPIES;
                if (!twice && single.size() < MOST_SINGLE) {
                    single.putIfAbsent(ByteBuffer.wrap(id.clone()), id.clone());
                }
                return copies.stream().noneMatch(damage::hits);
            }

            @Override
            public void unreadable(byte[] id, long from, long to, DoppelException why) throws DoppelException {
                needs.add(index.find(id), version, disk, from, to, true);
                places.add(from, to, why.what());
            }
        }
    }
}
