package io.doppel.vault.internal.session;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Makes full packs durable beside the lanes; at most four wait at once, then lanes wait too. */
final class PackCommitter implements AutoCloseable {
    private static final int WAITING = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(2, r -> {
        Thread t = new Thread(r, "doppel-vault-commit");
        t.setDaemon(true);
        return t;
    });
    private final Semaphore room = new Semaphore(WAITING);
    private final Phaser pending = new Phaser(1);
    private final AtomicReference<DoppelException> failure = new AtomicReference<>();
    private final Consumer<PackInfo> stored;

    PackCommitter(Consumer<PackInfo> stored) {
        this.stored = stored;
    }

    /** Throws what failed first, if anything did. */
    void check() throws DoppelException {
        DoppelException e = failure.get();
        if (e != null) {
            throw e;
        }
    }

    /** Remembers a failure, after which nothing more is accepted. */
    void fail(DoppelException e) {
        failure.compareAndSet(null, e);
    }

    void submit(PackWriter pack) throws DoppelException {
        room.acquireUninterruptibly();
        pending.register();
        threads.execute(() -> {
            try (pack) {
                stored.accept(pack.commit(new Gcm()));
            } catch (DoppelException e) {
                fail(e);
            } catch (RuntimeException | Error e) {
                // whatever it was: without this pack nothing of the session may be published
                fail(new DoppelException(CommonError.INTERNAL, "A pack could not be stored", e));
            } finally {
                room.release();
                pending.arriveAndDeregister();
            }
        });
    }

    /** Waits until everything submitted is durable or failed. */
    void drain() throws DoppelException {
        pending.arriveAndAwaitAdvance();
        check();
    }

    @Override
    public void close() {
        pending.arriveAndAwaitAdvance();
        threads.shutdown();
    }
}
