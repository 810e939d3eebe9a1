package io.doppel.offsite.internal.store;

import io.doppel.api.error.DoppelException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The objects that are being received, and the attempts that are void. Safe for several threads. */
final class Puts {
    private static final int REMEMBERED = 10_000;

    private final ClientStore store;
    private final AtomicLong pending = new AtomicLong();
    private final Map<Attempt, Put> open = new HashMap<>();
    private final Map<Attempt, Boolean> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Attempt, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    Puts(ClientStore store) {
        this.store = store;
    }

    synchronized Put begin(Attempt attempt, String name) {
        boolean isVoid = ended.containsKey(attempt) || open.containsKey(attempt);
        Put put = new Put(store, this, attempt, name, isVoid ? new VoidException() : null);
        open.putIfAbsent(attempt, put);
        return put;
    }

    /** One of which all is passed over. */
    Put refused(DoppelException why) {
        return new Put(store, this, new Attempt(0, 0), "", why);
    }

    /** From now on the attempt stores nothing more; waits for a commit that is under way. */
    void end(Attempt attempt) {
        Put put;
        synchronized (this) {
            ended.put(attempt, true);
            put = open.get(attempt);
        }
        if (put != null) {
            put.makeVoid();
        }
    }

    synchronized void left(Put put) {
        open.remove(put.attempt(), put);
    }

    /** Bytes that were received and have no name yet. */
    long pending() {
        return pending.get();
    }

    void received(long bytes) {
        pending.addAndGet(bytes);
    }
}
