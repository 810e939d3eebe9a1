package io.doppel.hypervisor.folder.internal;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The hidden folders of restores under way in this server, over all its connections, which no sweep may touch. */
final class ActiveRestores {
    private final Map<Path, Object> connections = new ConcurrentHashMap<>();

    /** Takes a folder for a restore; false if one has it already. */
    boolean begin(Path workFolder, Object connection) {
        return connections.putIfAbsent(workFolder, connection) == null;
    }

    void end(Path workFolder) {
        connections.remove(workFolder);
    }

    /** A connection that is closed works on nothing any more. */
    void endAllOf(Object connection) {
        connections.values().removeIf(c -> c == connection);
    }

    boolean contains(Path workFolder) {
        return connections.containsKey(workFolder);
    }
}
