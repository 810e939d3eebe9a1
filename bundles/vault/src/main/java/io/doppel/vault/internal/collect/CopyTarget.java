package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.tree.NodeStore;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The new packs of a collection: one of chunks, and one of nodes for each copy. Safe for several threads; whoever fills a pack makes it
 * durable while others go on with the next. Holds 1 MiB, and what {@link PackWriter} says of open packs, which are three and one for
 * each thread.
 */
final class CopyTarget implements AutoCloseable {
    private final Storage storage;
    private final KeyRing keys;
    private final Stored stored;
    private final Gcm gcm = new Gcm();
    private final PackWriter[] data = new PackWriter[1];
    private final PackWriter[] tree = new PackWriter[NodeStore.COPIES];
    private final byte[] sealed = new byte[PackFormat.MAX_RAW + Gcm.TAG];
    private final long storedBefore;
    private final AtomicLong written = new AtomicLong();

    /** Told of packs. */
    @FunctionalInterface
    interface Stored {
        /** A pack is durable. */
        void stored(PackInfo pack) throws DoppelException;
    }

    /**
     * No pack yet.
     *
     * @param storedBefore bytes of all packs of the vault
     * @param stored told of every pack once it is durable, by any thread
     */
    CopyTarget(Storage storage, KeyRing keys, long storedBefore, Stored stored) {
        this.storedBefore = storedBefore;
        this.storage = storage;
        this.keys = keys;
        this.stored = stored;
    }

    /**
     * Adds a record under a pack key of its own; after a failure, what was in its pack is lost.
     *
     * @param copy which of its copies, from 0; each goes to another pack
     */
    void add(ObjectKind kind, int copy, RecordInfo r, byte[] body, int length) throws DoppelException {
        PackWriter full = append(kind == ObjectKind.DATA ? data : tree, kind, copy, r, body, length);
        if (full != null) {
            finish(full);
        }
    }

    /** The pack if it is full with that, which is then the caller's; null otherwise. */
    private synchronized PackWriter append(
            PackWriter[] open, ObjectKind kind, int copy, RecordInfo r, byte[] body, int length)
            throws DoppelException {
        PackWriter pack = open[copy];
        // a pack to which a record was not added whole must never be committed, whoever comes next
        open[copy] = null;
        boolean whole = false;
        try {
            if (pack == null) {
                int epoch = keys.currentEpoch();
                pack = new PackWriter(storage, kind, epoch, keys.root(epoch));
            }
            pack.add(r.id(), r.codec(), r.raw(), body, 0, length, sealed, gcm);
            whole = true;
        } finally {
            if (!whole && pack != null) {
                pack.close();
            }
        }
        if (pack.size() >= PackFormat.targetSize(kind, storedBefore)) {
            return pack;
        }
        open[copy] = pack;
        return null;
    }

    /** Makes everything durable. */
    void flush() throws DoppelException {
        for (PackWriter pack = takeOpen(); pack != null; pack = takeOpen()) {
            finish(pack);
        }
    }

    private synchronized PackWriter takeOpen() {
        for (PackWriter[] open : List.of(data, tree)) {
            for (int i = 0; i < open.length; i++) {
                if (open[i] != null) {
                    PackWriter pack = open[i];
                    open[i] = null;
                    return pack;
                }
            }
        }
        return null;
    }

    private void finish(PackWriter full) throws DoppelException {
        try (PackWriter pack = full) {
            PackInfo info = pack.commit(new Gcm());
            written.addAndGet(info.size());
            stored.stored(info);
        }
    }

    /** Bytes of the packs that are durable. */
    long written() {
        return written.get();
    }

    /** Lets go of what was not flushed. */
    @Override
    public void close() {
        for (PackWriter pack = takeOpen(); pack != null; pack = takeOpen()) {
            pack.close();
        }
    }
}
