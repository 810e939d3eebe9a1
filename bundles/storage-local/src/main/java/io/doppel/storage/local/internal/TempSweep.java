package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Removes the temporary files of writers that no longer live, see {@link WriterSession}. */
final class TempSweep {
    private final FileOps ops;
    private final Path temps;
    private final Uninterrupted.Action flushNames;

    /** @param flushNames makes every name of an object durable; called if a writer died between naming and flushing */
    TempSweep(FileOps ops, Path temps, Uninterrupted.Action flushNames) {
        this.ops = ops;
        this.temps = temps;
        this.flushNames = flushNames;
    }

    void run() throws IOException {
        for (Map.Entry<String, List<Path>> session : filesBySession().entrySet()) {
            if (!session.getKey().startsWith(WriterSession.PROCESS + "-")) {
                sweepIfDead(session.getKey(), session.getValue());
            }
        }
    }

    private Map<String, List<Path>> filesBySession() throws IOException {
        Map<String, List<Path>> sessions = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temps)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                int dot = name.indexOf('.');
                if (dot > 0) {
                    List<Path> list = sessions.computeIfAbsent(name.substring(0, dot), k -> new ArrayList<>());
                    if (!name.endsWith(WriterSession.LOCK)) {
                        list.add(file);
                    }
                }
            }
        }
        return sessions;
    }

    private void sweepIfDead(String session, List<Path> files) throws IOException {
        Path lockFile = temps.resolve(session + WriterSession.LOCK);
        Set<OpenOption> options =
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
        try (FileChannel channel = FileChannel.open(lockFile, options, Private.FILE)) {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                return;
            }
            for (Path file : files) {
                if (isNamed(file)) {
                    // The object can be seen and may be relied on from now on, so its name must survive a power cut.
                    flushNames.run();
                    break;
                }
            }
            for (Path file : files) {
                ops.remove(file);
            }
            ops.remove(lockFile);
        }
    }

    private static boolean isNamed(Path file) throws IOException {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                && (Integer) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1;
    }
}
