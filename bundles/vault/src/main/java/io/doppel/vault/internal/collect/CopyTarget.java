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

/** The new packs of a collection: one of chunks, and one of nodes for each copy. Used by one thread. */
final class CopyTarget implements AutoCloseable {
    private final Storage storage;
    private final KeyRing keys;
    private final long storedBytes;
    private final Stored stored;
    private final Gcm gcm = new Gcm();
    private final PackWriter[] data = new PackWriter[1];
    private final PackWriter[] tree = new PackWriter[NodeStore.COPIES];
    private final byte[] sealed = new byte[PackFormat.MAX_RAW + Gcm.TAG];
    private long written;

    /** Told of packs that are durable. */
    @FunctionalInterface
    interface Stored {
        /** A new pack. */
        void accept(PackInfo pack) throws DoppelException;
    }

    /**
     * No pack yet.
     *
     * @param storedBytes bytes of all packs of the vault
     * @param stored told of every pack once it is durable
     */
    CopyTarget(Storage storage, KeyRing keys, long storedBytes, Stored stored) {
        this.storedBytes = storedBytes;
        this.storage = storage;
        this.keys = keys;
        this.stored = stored;
    }

    /**
     * Adds a record under a pack key of its own.
     *
     * @param copy which of its copies, from 0; each goes to another pack
     */
    void add(ObjectKind kind, int copy, RecordInfo r, byte[] body, int length) throws DoppelException {
        PackWriter[] open = kind == ObjectKind.DATA ? data : tree;
        if (open[copy] == null) {
            int epoch = keys.currentEpoch();
            open[copy] = new PackWriter(storage, kind, epoch, keys.root(epoch));
        }
        open[copy].add(r.id(), r.codec(), r.raw(), body, 0, length, sealed, gcm);
        if (open[copy].size() >= PackFormat.targetSize(kind, storedBytes)) {
            finish(open, copy);
        }
    }

    /** Makes everything durable. */
    void flush() throws DoppelException {
        finish(data, 0);
        for (int i = 0; i < tree.length; i++) {
            finish(tree, i);
        }
    }

    private void finish(PackWriter[] open, int i) throws DoppelException {
        if (open[i] == null) {
            return;
        }
        try (PackWriter pack = open[i]) {
            open[i] = null;
            PackInfo info = pack.commit(gcm);
            written += info.size();
            stored.accept(info);
        }
    }

    /** Bytes of the packs that are durable. */
    long written() {
        return written;
    }

    /** Lets go of what was not flushed. */
    @Override
    public void close() {
        for (PackWriter[] open : new PackWriter[][] {data, tree}) {
            for (int i = 0; i < open.length; i++) {
                if (open[i] != null) {
                    open[i].close();
                    open[i] = null;
                }
            }
        }
    }
}
