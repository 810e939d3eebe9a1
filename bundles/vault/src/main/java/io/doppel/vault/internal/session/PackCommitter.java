package io.doppel.vault.internal.session;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.Uninterruptibly;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;

/** Makes full packs durable beside the lanes; at most four wait at once, then lanes wait too. Safe for several threads. */
final class PackCommitter implements AutoCloseable {
    private static final int WAITING = 4;

    private final ExecutorService threads;
    private final Semaphore room = new Semaphore(WAITING);
    private final AtomicReference<DoppelException> failure = new AtomicReference<>();
    private final Stored stored;
    private int pending;
    private boolean closed;

    /** Told of packs that are durable. */
    @FunctionalInterface
    interface Stored {
        /** What it throws fails the session. */
        void accept(PackInfo pack) throws DoppelException;
    }

    PackCommitter(Stored stored) {
        this(stored, r -> {
            Thread t = new Thread(r, "doppel-vault-commit");
            t.setDaemon(true);
            return t;
        });
    }

    PackCommitter(Stored stored, ThreadFactory threads) {
        this.stored = stored;
        this.threads = Executors.newFixedThreadPool(2, threads);
    }

    /** Throws what failed first, if anything did. */
    void check() throws DoppelException {
        DoppelException e = failure.get();
        if (e != null) {
            throw e;
        }
    }

    /** Remembers a failure; the session's version cannot be published any more. */
    void fail(DoppelException e) {
        failure.compareAndSet(null, e);
    }

    /** Takes the pack over, which is closed in any case. */
    void submit(PackWriter pack) throws DoppelException {
        room.acquireUninterruptibly();
        boolean begun = false;
        try {
            begun = begin(pack);
        } finally {
            if (!begun) {
                room.release();
                pack.close();
            }
        }
        if (!begun) {
            throw Session.ended();
        }
    }

    /** False if this is closed; throws what the system says if it gives no thread. */
    private synchronized boolean begin(PackWriter pack) {
        if (closed) {
            return false;
        }
        try {
            threads.execute(() -> commit(pack));
        } catch (RuntimeException | Error e) {
            fail(new DoppelException(CommonError.INTERNAL, "Pack " + pack.name() + " could not be stored", e));
            throw e;
        }
        pending++;
        return true;
    }

    private void commit(PackWriter pack) {
        boolean done = false;
        try (pack) {
            stored.accept(pack.commit(new Gcm()));
            done = true;
        } catch (DoppelException e) {
            fail(e);
        } catch (RuntimeException e) {
            fail(new DoppelException(CommonError.INTERNAL, "A pack could not be stored", e));
        } finally {
            if (!done) {
                // whatever it was, also an error: what the pack held is not in the vault
                fail(new DoppelException(CommonError.INTERNAL, "Pack " + pack.name() + " could not be stored"));
            }
            room.release();
            finished();
        }
    }

    private synchronized void finished() {
        pending--;
        notifyAll();
    }

    /** Waits until everything submitted is durable or failed. */
    void drain() throws DoppelException {
        await();
        check();
    }

    private synchronized void await() {
        Uninterruptibly.await(this, () -> pending == 0);
    }

    /** Takes no more packs, and waits for those that it has. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        await();
        threads.shutdown();
    }
}
