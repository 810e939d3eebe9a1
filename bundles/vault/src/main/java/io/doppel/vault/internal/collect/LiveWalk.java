package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.LiveSet;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.index.Parallel;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.tree.NodeStore;
import io.doppel.vault.internal.tree.TreeMark;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Marks what versions need, with several threads, each of which has a reader. Used by one thread. Holds at most about two thousand parts of
 * trees that are to be walked, and the ids of the versions.
 */
final class LiveWalk {
    /** Parts of trees that are walked together at least, unless there are no more; a disk has at most 256. */
    private static final int TOGETHER = 1024;

    private static final int OFFSET_BITS = 40;

    private final ChunkIndex index;
    private final LiveSet live;
    private final Supplier<RecordReader> readers;
    private final CancelToken cancel;
    private final int threads;
    private final Set<String> walked = new HashSet<>();
    private long total;
    private long done;

    LiveWalk(ChunkIndex index, LiveSet live, Supplier<RecordReader> readers, CancelToken cancel, int threads) {
        this.index = index;
        this.live = live;
        this.readers = readers;
        this.cancel = cancel;
        this.threads = threads;
    }

    /** Told how far a walk is; by one thread at a time. */
    @FunctionalInterface
    interface Walked {
        /** So many bytes of the versions' data, of all that there are. */
        void bytes(long total, long done);
    }

    /** A part of the tree of a version's disk, and the bytes of data that it stands for. */
    private record Part(VersionManifest version, VersionManifest.Disk disk, TreeMark.Part tree, long bytes) {}

    /**
     * Marks what the versions need.
     *
     * @param unknown none of those that are in {@link #walked()}
     * @throws DoppelException {@link VaultError#UNKNOWN_NEED} if a tree cannot be read
     */
    void walk(List<VersionManifest> unknown, Walked progress) throws DoppelException {
        if (unknown.isEmpty()) {
            return;
        }
        total = unknown.stream()
                .flatMap(v -> v.disks().stream())
                .mapToLong(VersionManifest.Disk::dataBytes)
                .sum();
        done = 0;
        progress.bytes(total, done);
        List<Part> parts = new ArrayList<>();
        try (Worker roots = new Worker(List.of(), progress)) {
            for (VersionManifest version : unknown) {
                for (VersionManifest.Disk disk : version.disks()) {
                    parts.addAll(roots.parts(version, disk));
                    if (parts.size() >= TOGETHER) {
                        walkParts(parts, progress);
                        parts.clear();
                    }
                }
            }
        }
        walkParts(parts, progress);
        unknown.forEach(v -> walked.add(v.id()));
        progress.bytes(total, total);
    }

    private void walkParts(List<Part> parts, Walked progress) throws DoppelException {
        new Parallel("doppel-vault-mark", threads).run(parts.size(), () -> new Worker(parts, progress));
    }

    private synchronized void walked(long bytes, Walked progress) {
        done += bytes;
        progress.bytes(total, done);
    }

    /** Ids of the versions whose needs are marked. */
    Set<String> walked() {
        return walked;
    }

    private final class Worker implements Parallel.Worker {
        private final List<Part> parts;
        private final Walked progress;
        private final RecordReader reader = readers.get();
        private final TreeMark tree = new TreeMark(reader::readNode, cancel, new Marking());

        Worker(List<Part> parts, Walked progress) {
            this.parts = parts;
            this.progress = progress;
        }

        List<Part> parts(VersionManifest version, VersionManifest.Disk disk) throws DoppelException {
            byte[] root = disk.rootId();
            try {
                List<TreeMark.Part> below = tree.root(root, disk.size());
                return below.stream()
                        .map(p -> new Part(version, disk, p, disk.dataBytes() / below.size()))
                        .toList();
            } catch (DoppelException e) {
                throw unknownNeed(version, disk, e);
            }
        }

        @Override
        public void run(int i) throws DoppelException {
            Part part = parts.get(i);
            try {
                tree.walk(part.tree());
            } catch (DoppelException e) {
                throw unknownNeed(part.version(), part.disk(), e);
            }
            walked(part.bytes(), progress);
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    private static DoppelException unknownNeed(VersionManifest version, VersionManifest.Disk disk, DoppelException e) {
        if (!e.is(VaultError.DAMAGED_DATA)) {
            return e;
        }
        String what = "Disk '" + disk.key() + "' of version " + version.id() + ": " + e.what();
        return new DoppelException(VaultError.UNKNOWN_NEED, what, e);
    }

    private final class Marking implements TreeMark.Visitor {
        @Override
        public boolean node(byte[] id) throws DoppelException {
            if (live.mark(id, NodeStore.COPIES)) {
                return true;
            }
            if (index.find(id).isEmpty()) {
                throw new DoppelException(VaultError.DAMAGED_DATA, "A tree node is missing");
            }
            return false;
        }

        @Override
        public void chunk(byte[] id) throws DoppelException {
            live.mark(id, 1);
        }

        @Override
        public long place(byte[] id) throws DoppelException {
            List<Location> copies = index.find(id);
            return copies.isEmpty()
                    ? Long.MAX_VALUE
                    : (long) copies.get(0).pack() << OFFSET_BITS | copies.get(0).offset();
        }
    }
}
