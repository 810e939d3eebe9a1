package io.doppel.hypervisor.folder.internal;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The hidden folders of restores under way in this server, which no sweep may touch. */
final class ActiveRestores {
    private final Set<Path> folders = ConcurrentHashMap.newKeySet();

    void begin(Path workFolder) {
        folders.add(workFolder);
    }

    void end(Path workFolder) {
        folders.remove(workFolder);
    }

    boolean contains(Path workFolder) {
        return folders.contains(workFolder);
    }
}
