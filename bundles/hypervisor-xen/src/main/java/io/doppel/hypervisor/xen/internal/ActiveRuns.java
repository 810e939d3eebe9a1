package io.doppel.hypervisor.xen.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The runs of this process, by the value of their mark; what they made is no leftover. Safe for several threads. */
final class ActiveRuns {
    private final Map<String, Object> connections = new ConcurrentHashMap<>();

    void begin(String run, Object connection) {
        connections.put(run, connection);
    }

    void end(String run) {
        connections.remove(run);
    }

    /** A connection that is closed works on nothing any more. */
    void endAllOf(Object connection) {
        connections.values().removeIf(c -> c == connection);
    }

    boolean contains(String run) {
        return connections.containsKey(run);
    }
}
