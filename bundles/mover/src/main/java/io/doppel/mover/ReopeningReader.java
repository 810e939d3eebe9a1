package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.processor.TransferMonitor;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A source over a connection: when a read fails in a way that may pass, it is opened again, a few times with growing waits
 * that end when somebody cancels.
 */
public final class ReopeningReader implements DiskReader {
    private static final int MOST_TRIES = 5;
    private static final long FIRST_WAIT_MILLIS = 500;

    private final String diskKey;
    private final Open opening;
    private final TransferMonitor monitor;
    private final long size;
    private final int parallelism;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    /** Null between a failure and the next opening; changed under the write lock. */
    private volatile DiskReader current;

    /** Nothing more is read or opened. */
    private volatile boolean interrupted;

    /** Counts the readers that were given up. */
    private long generation;

    /** How often reading failed since it last went well. */
    private volatile int troubles;

    /** Why no more is tried. */
    private DoppelException dead;

    /** Opens the disk. */
    @FunctionalInterface
    public interface Open {
        /** A new reader, which this one closes. */
        DiskReader open() throws DoppelException;
    }

    private interface Call<T> {
        T on(DiskReader reader) throws DoppelException;
    }

    /**
     * Goes on with a reader that was just opened.
     *
     * @param diskKey the disk, for warnings
     * @param first one that may be opened again
     * @param monitor is told of each time that it is opened again
     */
    public ReopeningReader(String diskKey, DiskReader first, Open opening, TransferMonitor monitor) {
        this.diskKey = diskKey;
        this.opening = opening;
        this.monitor = monitor;
        current = first;
        size = first.size();
        parallelism = first.parallelism();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int parallelism() {
        return parallelism;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        call(reader -> {
            reader.read(offset, buffer, from, length);
            return null;
        });
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) throws DoppelException {
        return call(reader -> reader.allocated(range));
    }

    @Override
    public void verifyUnchanged() throws DoppelException {
        call(reader -> {
            reader.verifyUnchanged();
            return null;
        });
    }

    private <T> T call(Call<T> call) throws DoppelException {
        int failures = 0;
        while (true) {
            long used = 0;
            try {
                lock.readLock().lock();
                try {
                    used = generation;
                    checkWanted();
                    if (dead != null) {
                        throw dead;
                    }
                    if (current != null) {
                        T result = call.on(current);
                        troubles = 0;
                        return result;
                    }
                } finally {
                    lock.readLock().unlock();
                }
                reopen(used);
            } catch (DoppelException e) {
                monitor.cancel().check();
                checkWanted();
                failures++;
                giveUp(used, e, failures == MOST_TRIES || !mayPass(e));
            }
        }
    }

    private void checkWanted() throws DoppelException {
        if (interrupted) {
            throw new DoppelException(CommonError.CANCELLED, "Reading was interrupted");
        }
    }

    @Override
    public void interrupt() {
        interrupted = true;
        DiskReader now = current;
        if (now != null) {
            now.interrupt();
        }
    }

    private static boolean mayPass(DoppelException e) {
        return e.retryable() && !e.is(CommonError.PLUGIN_GONE) && !e.is(CommonError.CANCELLED);
    }

    /** Lets go of the reader that failed, unless another thread did before, and says so; throws if it is for good. */
    private void giveUp(long failed, DoppelException why, boolean forGood) throws DoppelException {
        lock.writeLock().lock();
        try {
            boolean first = generation == failed;
            if (dead == null && (forGood || (first && troubles + 1 == MOST_TRIES))) {
                dead = why;
            }
            if (dead != null) {
                throw dead;
            }
            if (first) {
                generation++;
                troubles++;
                DiskReader broken = current;
                current = null;
                monitor.warning(
                        diskKey,
                        "Reading failed, the disk is opened again (" + troubles + "): "
                                + why.code().id() + ": " + why.what());
                closeBroken(broken, why);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private static void closeBroken(DiskReader broken, DoppelException why) {
        try {
            if (broken != null) {
                broken.close();
            }
        } catch (DoppelException e) {
            why.addSuppressed(e);
        }
    }

    /** Waits and opens it, unless another thread did. */
    private void reopen(long failed) throws DoppelException {
        lock.writeLock().lock();
        try {
            if (generation != failed || current != null || dead != null) {
                return;
            }
            await(FIRST_WAIT_MILLIS << Math.max(0, troubles - 1));
            DiskReader fresh = opening.open();
            if (fresh.size() != size) {
                long now = fresh.size();
                fresh.close();
                throw new DoppelException(
                        MoverError.OTHER_SIZE, "Disk '" + diskKey + "' had " + size + " bytes and has " + now + " now");
            }
            current = fresh;
        } catch (DoppelException e) {
            monitor.cancel().check();
            // before another thread gets the lock, which would try the same again
            giveUp(failed, e, !mayPass(e));
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void await(long millis) throws DoppelException {
        CancelToken cancel = monitor.cancel();
        CountDownLatch cancelled = new CountDownLatch(1);
        try (Subscription s = cancel.onCancel(cancelled::countDown)) {
            cancelled.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DoppelException(CommonError.CANCELLED, "The transfer was interrupted", e);
        }
        cancel.check();
    }

    @Override
    public void close() throws DoppelException {
        lock.writeLock().lock();
        try {
            DiskReader last = current;
            current = null;
            if (last != null) {
                last.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
