package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.RateLimit;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.LiveSet;
import io.doppel.vault.internal.index.Parallel;
import io.doppel.vault.internal.meta.KeyRing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies what is needed out of packs that will be deleted, with several threads, to new packs that they share. For one use. Holds the ids of
 * what is needed, about 100 bytes each, 10 MiB for each thread, and what {@link CopyTarget} says.
 */
final class CopyPass {
    private final Storage storage;
    private final KeyRing keys;
    private final ChunkIndex index;
    private final LiveSet live;
    private final RateLimit limit;
    private final RateLimit.Stop stop;
    private final Copied progress;
    private final Set<ByteBuffer> taken = ConcurrentHashMap.newKeySet();
    private final BitSet staying = new BitSet();
    private long written;

    /** Told of packs that were dealt with; by one thread at a time. */
    @FunctionalInterface
    interface Copied {
        /** So many bytes more are dealt with. */
        void bytes(long more);
    }

    CopyPass(
            Storage storage,
            KeyRing keys,
            ChunkIndex index,
            LiveSet live,
            RateLimit limit,
            RateLimit.Stop stop,
            Copied progress) {
        this.storage = storage;
        this.keys = keys;
        this.index = index;
        this.live = live;
        this.limit = limit;
        this.stop = stop;
        this.progress = progress;
    }

    /**
     * Copies.
     *
     * @param stored told of every new pack once it is durable, by any thread
     * @return those of the packs that must stay all the same, because something in them cannot be read and is nowhere else
     */
    BitSet run(Collection<Integer> packs, CopyTarget.Stored stored, int threads) throws DoppelException {
        List<Integer> order = List.copyOf(packs);
        List<Needed> needed = new ArrayList<>();
        try (CopyTarget target = new CopyTarget(storage, keys, index.packBytes(), stored)) {
            new Parallel("doppel-vault-copy", threads).run(order.size(), () -> new Worker(order, target, needed));
            target.flush();
            written = target.written();
        }
        // another pack may have been relied upon that turned out to be unreadable
        for (Needed n : needed) {
            if (!allStoredElsewhere(n.ids())) {
                staying.set(n.pack());
            }
        }
        return staying;
    }

    private record Needed(int pack, List<byte[]> ids) {}

    private boolean allStoredElsewhere(List<byte[]> ids) throws DoppelException {
        for (byte[] id : ids) {
            if (index.trusted(id).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private synchronized void copied(int pack, Copier.Outcome outcome, List<Needed> needed) {
        if (!outcome.needed().isEmpty()) {
            needed.add(new Needed(pack, outcome.needed()));
        }
        if (!outcome.copied()) {
            staying.set(pack);
        }
        progress.bytes(live.liveBytes(pack));
    }

    /** Bytes of the new packs. */
    long written() {
        return written;
    }

    private final class Worker implements Parallel.Worker {
        private final List<Integer> packs;
        private final List<Needed> needed;
        private final Copier copier;

        Worker(List<Integer> packs, CopyTarget target, List<Needed> needed) {
            this.packs = packs;
            this.needed = needed;
            this.copier = new Copier(storage, keys, index, live, target, limit, stop, taken);
        }

        @Override
        public void run(int i) throws DoppelException {
            stop.check();
            copied(packs.get(i), copier.copy(packs.get(i)), needed);
        }

        @Override
        public void close() {
            copier.close();
        }
    }
}
