package io.doppel.transport.xapi.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.disks.DiskError;
import io.doppel.xapi.XapiSession;
import io.doppel.xapi.stream.StreamError;
import io.doppel.xapi.stream.XapiDownload;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream that is taken from a pool as fast as it comes, by a thread of its own, with the disks in it. Ends with its last
 * user: the connection is closed, the task cancelled if the stream was not complete, the thread joined and the files removed.
 */
final class Spool {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final String what;
    private final XapiSession session;
    private final XapiDownload download;
    private final Format format;
    private final SpoolFolder folder;
    private final Thread thread;
    private final Map<String, SpooledDisk> disks = new HashMap<>();
    /** Room for what comes; used by the thread, then by the last user. */
    private SpoolFolder.Promise promise;

    private int users = 1;
    /** Whether all disks of the stream are known. */
    private boolean known;

    private boolean complete;
    private DoppelException failure;

    /** Understands what a stream brings. */
    @FunctionalInterface
    interface Format {
        /**
         * Reads to the end of what the format says.
         *
         * @param disks is told the disks and then that these are all, before any data
         */
        void read(InputStream content, Disks disks) throws DoppelException, IOException;
    }

    /** Takes the disks of a stream. */
    interface Disks {
        /**
         * How much comes, told once before the first disk.
         *
         * @param most most bytes of data in all disks together
         */
        void room(long most) throws DoppelException;

        /**
         * A disk of the stream.
         *
         * @param keys how accesses may name it
         * @param size bytes of it that are wanted
         */
        SpooledDisk add(Set<String> keys, long size) throws DoppelException;

        /** No more disks will be added. */
        void all();
    }

    /**
     * Starts to take a stream; its user is the one who made it.
     *
     * @param session ended with the spool
     */
    Spool(String what, XapiSession session, XapiDownload download, Format format, SpoolFolder folder) {
        this.what = what;
        this.session = session;
        this.download = download;
        this.format = format;
        this.folder = folder;
        this.thread = new Thread(this::run, "xapi-spool");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        DoppelException why = null;
        try {
            format.read(download.content(), new Taking());
            download.complete();
        } catch (IOException e) {
            why = download.explain(e);
        } catch (DoppelException e) {
            why = explain(e);
        } catch (RuntimeException e) {
            LOG.error("Taking the {} failed", what, e);
            why = new DoppelException(CommonError.INTERNAL, "Taking the " + what + " failed", e);
        }
        end(why);
    }

    /** Failures of our own and of the task stay as they are; what the formats find wrong is a fault of the stream. */
    private DoppelException explain(DoppelException e) {
        if (e.is(DiskError.CUT_OFF)) {
            return download.explain(new DoppelException(StreamError.BROKEN, "The " + what + " broke: " + e.what(), e));
        }
        return e.code() instanceof DiskError
                ? download.explain(
                        new DoppelException(StreamError.BAD_STREAM, "The " + what + " is not valid: " + e.what(), e))
                : e;
    }

    private synchronized void end(DoppelException why) {
        known = true;
        complete = why == null;
        failure = why;
        if (why != null) {
            disks.values().forEach(d -> d.fail(why));
        }
        notifyAll();
    }

    private final class Taking implements Disks {
        @Override
        public void room(long most) throws DoppelException {
            promise = folder.promise(most, what);
        }

        @Override
        public SpooledDisk add(Set<String> keys, long size) throws DoppelException {
            SpoolFile file = folder.file();
            try {
                SpooledDisk disk =
                        new SpooledDisk("disk " + keys.iterator().next() + " of the " + what, size, file, promise);
                synchronized (Spool.this) {
                    keys.forEach(key -> disks.put(key, disk));
                }
                return disk;
            } catch (DoppelException e) {
                file.close();
                throw e;
            }
        }

        @Override
        public void all() {
            synchronized (Spool.this) {
                known = true;
                Spool.this.notifyAll();
            }
        }
    }

    /** One more user, unless the spool has failed or ended. */
    synchronized boolean retain() {
        if (users == 0 || failure != null) {
            return false;
        }
        users++;
        return true;
    }

    /**
     * A disk of the stream; waits until the stream says which it has.
     *
     * @param cancel ends the waiting
     * @throws DoppelException why the stream failed, or {@link StreamError#WRONG_DISK} if it has no such disk
     */
    SpooledDisk disk(String key, long size, CancelToken cancel) throws DoppelException {
        try (Subscription onCancel = cancel.onCancel(this::wake)) {
            return disk(key, size, cancel::isCancelled);
        } catch (DoppelException e) {
            cancel.check();
            throw e;
        }
    }

    private synchronized SpooledDisk disk(String key, long size, BooleanSupplier unwanted) throws DoppelException {
        waitWhile(() -> !known && !disks.containsKey(key) && !unwanted.getAsBoolean());
        SpooledDisk disk = disks.get(key);
        if (disk == null) {
            throw new DoppelException(StreamError.WRONG_DISK, "The " + what + " has no disk " + key);
        }
        if (disk.size() != size) {
            throw new DoppelException(
                    StreamError.WRONG_DISK,
                    "Disk " + key + " of the " + what + " has " + disk.size() + " bytes, not " + size);
        }
        return disk;
    }

    /**
     * Waits until the pool has said that the whole stream is good.
     *
     * @param unwanted ends the waiting; looked at after each {@link #wake}
     * @throws DoppelException why it is not
     */
    synchronized void awaitComplete(BooleanSupplier unwanted) throws DoppelException {
        waitWhile(() -> !complete && !unwanted.getAsBoolean());
        if (!complete) {
            throw new DoppelException(CommonError.CANCELLED, "The wait for the " + what + " was interrupted");
        }
    }

    /** Lets all who wait look again whether they still want to. */
    synchronized void wake() {
        notifyAll();
    }

    private synchronized void waitWhile(BooleanSupplier missing) throws DoppelException {
        while (failure == null && missing.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DoppelException(CommonError.CANCELLED, "The wait for the " + what + " was interrupted", e);
            }
        }
        if (failure != null) {
            throw new DoppelException(failure.code(), failure.what(), failure);
        }
    }

    /** One user less; the last one ends it all. */
    void release() throws DoppelException {
        synchronized (this) {
            if (--users > 0) {
                return;
            }
        }
        download.close();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // The thread ends at once, its connection is closed; it must be gone before its files are.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        session.close();
        closeDisks();
    }

    private void closeDisks() throws DoppelException {
        DoppelException first = null;
        if (promise != null) {
            promise.close();
        }
        for (SpooledDisk disk : Set.copyOf(disks.values())) {
            try {
                disk.close();
            } catch (DoppelException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
