package io.doppel.core.internal.plugin;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Calls into objects of a plug-in, and into what they gave out, that have not come back. Safe for several threads. */
public final class Calls {
    private final Set<Call> open = ConcurrentHashMap.newKeySet();

    /** A call; each is only equal to itself. */
    private static final class Call {
        private final long begun = System.nanoTime();
    }

    /** A call that has not come back. */
    public interface Open extends AutoCloseable {
        /** It has come back. */
        @Override
        void close();
    }

    /** A call begins. */
    public Open begin() {
        Call call = new Call();
        open.add(call);
        return () -> open.remove(call);
    }

    /** Whether one of them has been out for at least so long. */
    public boolean anyOutFor(long nanos) {
        long now = System.nanoTime();
        return open.stream().anyMatch(call -> now - call.begun >= nanos);
    }
}
