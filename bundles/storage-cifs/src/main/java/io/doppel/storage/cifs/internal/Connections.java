package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections of one storage: a few, so that several objects go at once, each opened when all others are busy. Safe for several threads.
 */
final class Connections implements AutoCloseable {
    static final int MOST = 4;
    private static final long PATIENCE_NS = 30_000_000_000L;
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 500;

    /** Something done through a connection. */
    interface Work<T> {
        T run(Link link) throws SmbException, DoppelException;
    }

    private final String place;
    private final List<Slot> slots = new ArrayList<>();
    private final int[] users = new int[MOST];
    private volatile boolean closed;

    Connections(String place, Slot.Opener opener) {
        this.place = place;
        for (int i = 0; i < MOST; i++) {
            slots.add(new Slot(opener));
        }
    }

    /** A connection that somebody uses. */
    final class Lease implements AutoCloseable {
        private final int index;
        private final Link link;
        private boolean given;

        private Lease(int index) throws SmbException, DoppelException {
            this.index = index;
            this.link = slots.get(index).link();
            checkOpen();
        }

        Link link() {
            return link;
        }

        /** Says that something failed on it. */
        void failed(SmbException e) {
            if (e.endsConnection()) {
                slots.get(index).drop(link);
            }
        }

        @Override
        public void close() {
            if (!given) {
                given = true;
                leave(index);
            }
        }
    }

    Lease lease() throws SmbException, DoppelException {
        checkOpen();
        int index = choose();
        boolean leased = false;
        try {
            Lease lease = new Lease(index);
            leased = true;
            return lease;
        } finally {
            if (!leased) {
                leave(index);
            }
        }
    }

    /**
     * Does something that can be done twice: once more over another connection if the one it had is lost or the session no longer known.
     * While somebody else has the file open and shares it with nobody, as servers do for dead clients for a while and virus scanners do
     * with new files, waits for at most 30 s.
     */
    <T> T run(Work<T> work) throws SmbException, DoppelException {
        boolean repeated = false;
        long end = System.nanoTime() + PATIENCE_NS;
        long pause = FIRST_PAUSE_MS;
        while (true) {
            try (Lease lease = lease()) {
                try {
                    return work.run(lease.link());
                } catch (SmbException e) {
                    lease.failed(e);
                    if (e.isStatus(SmbStatus.SHARING_VIOLATION, SmbStatus.DELETE_PENDING) && System.nanoTime() < end) {
                        // SMB tells nobody that a file is free again.
                        pause(pause);
                        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
                        continue;
                    }
                    if (!e.endsConnection() || repeated || closed) {
                        throw e;
                    }
                    repeated = true;
                }
            }
        }
    }

    private void pause(long milliseconds) throws DoppelException {
        boolean interrupted = false;
        long end = System.nanoTime() + milliseconds * 1_000_000;
        synchronized (this) {
            for (long left = milliseconds; left > 0 && !closed; left = (end - System.nanoTime()) / 1_000_000) {
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        checkOpen();
    }

    /** An idle open connection, else a new one, else the least busy. */
    private synchronized int choose() {
        int best = 0;
        for (int i = 1; i < MOST; i++) {
            if (rank(i) < rank(best)) {
                best = i;
            }
        }
        users[best]++;
        return best;
    }

    private int rank(int index) {
        return 2 * users[index] + (slots.get(index).isConnected() ? 0 : 1);
    }

    private synchronized void leave(int index) {
        users[index]--;
    }

    void checkOpen() throws DoppelException {
        if (closed) {
            throw new DoppelException(StorageError.UNREACHABLE, "The storage on " + place + " is closed");
        }
    }

    /** Breaks off everything. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        slots.forEach(Slot::close);
    }
}
