package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import java.util.HashMap;
import java.util.Map;

/**
 * Streams that several readers use: the disks of one export, or several readers of one disk. A stream lives as long as one of
 * its readers; one that failed is not given to further readers. Safe for several threads.
 */
final class SharedSpools {
    private final Map<String, Slot> slots = new HashMap<>();

    private static final class Slot {
        private int users;
        private Spool spool;
    }

    /** Starts a stream. */
    @FunctionalInterface
    interface Opener {
        /** A new spool, which the caller uses. */
        Spool open() throws DoppelException;
    }

    /** A use of a spool. */
    final class Lease implements AutoCloseable {
        private final String key;
        private final Slot slot;
        private final Spool spool;
        private boolean closed;

        private Lease(String key, Slot slot, Spool spool) {
            this.key = key;
            this.slot = slot;
            this.spool = spool;
        }

        Spool spool() {
            return spool;
        }

        /** Ends the use. A second close does nothing. */
        @Override
        public void close() throws DoppelException {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            leave(key, slot);
            spool.release();
        }
    }

    /**
     * The stream of this key, started if there is none. Others who want the same stream wait meanwhile.
     *
     * @param key names the pool, the session and what is streamed
     */
    Lease take(String key, Opener opener) throws DoppelException {
        Slot slot = enter(key);
        try {
            synchronized (slot) {
                if (slot.spool == null || !slot.spool.retain()) {
                    slot.spool = opener.open();
                }
                return new Lease(key, slot, slot.spool);
            }
        } catch (DoppelException | RuntimeException e) {
            leave(key, slot);
            throw e;
        }
    }

    private synchronized Slot enter(String key) {
        Slot slot = slots.computeIfAbsent(key, k -> new Slot());
        slot.users++;
        return slot;
    }

    private synchronized void leave(String key, Slot slot) {
        if (--slot.users == 0) {
            slots.remove(key);
        }
    }

    /** How many streams are in use. */
    synchronized int size() {
        return slots.size();
    }
}
