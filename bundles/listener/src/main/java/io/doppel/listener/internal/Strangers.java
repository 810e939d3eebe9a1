package io.doppel.listener.internal;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Bounds what peers cost that have not proved who they are. Safe for several threads. */
final class Strangers {
    static final int AT_ONCE = 32;
    static final int FAILURES = 20;
    static final long WITHIN_NANOS = 60_000_000_000L;
    private static final int ADDRESSES = 4096;

    private final LongSupplier nanos;
    private final Map<InetAddress, Deque<Long>> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Deque<Long>> eldest) {
            return size() > ADDRESSES;
        }
    };
    private int here;

    /** @param nanos a clock that never goes back */
    Strangers(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether one more may begin; if so it counts until {@link #left} is called. */
    synchronized boolean enter(InetAddress address) {
        if (here >= AT_ONCE || recent(address) >= FAILURES) {
            return false;
        }
        here++;
        return true;
    }

    /** One that had begun is known now, or has gone. */
    synchronized void left() {
        here--;
    }

    /** One did not prove who it is. */
    synchronized void failed(InetAddress address) {
        Deque<Long> times = failures.computeIfAbsent(address, a -> new ArrayDeque<>());
        times.addLast(nanos.getAsLong());
        if (times.size() > FAILURES) {
            times.removeFirst();
        }
    }

    private int recent(InetAddress address) {
        Deque<Long> times = failures.get(address);
        if (times == null) {
            return 0;
        }
        long now = nanos.getAsLong();
        while (!times.isEmpty() && now - times.getFirst() > WITHIN_NANOS) {
            times.removeFirst();
        }
        return times.size();
    }
}
