package io.doppel.storage.local.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for the temporary files of one open storage, and the proof that their writer lives: a file {@code <session>.lock}
 * that the operating system keeps locked until the process ends, however it ends. {@link TempSweep} is the other side.
 */
final class WriterSession implements AutoCloseable {
    static final String LOCK = ".lock";

    /** Marks the sessions of this process: their lock files must not be opened twice, as closing one would unlock all. */
    static final String PROCESS = processMark();

    private final Path temps;
    private final String id;
    private final FileChannel channel;
    private final AtomicLong files = new AtomicLong();

    private WriterSession(Path temps, String id, FileChannel channel) {
        this.temps = temps;
        this.id = id;
        this.channel = channel;
    }

    static WriterSession start(Path temps) throws IOException {
        while (true) {
            String id = PROCESS + "-" + UUID.randomUUID().toString().replace("-", "");
            Path lock = temps.resolve(id + LOCK);
            FileChannel channel = FileChannel.open(
                    lock,
                    Set.<OpenOption>of(
                            StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS),
                    Private.FILE);
            boolean held = false;
            try {
                FileLock got = channel.tryLock();
                // A sweep may have come between making and locking: it holds the lock, or has removed the file.
                held = got != null && Files.exists(lock, LinkOption.NOFOLLOW_LINKS);
                if (held) {
                    return new WriterSession(temps, id, channel);
                }
            } finally {
                if (!held) {
                    channel.close();
                    Files.deleteIfExists(lock);
                }
            }
        }
    }

    /** A path for a new temporary file. */
    Path nextFile() {
        return temps.resolve(id + "." + files.incrementAndGet());
    }

    /** Removes the lock file; the temporary files must be gone by then. */
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(temps.resolve(id + LOCK));
        }
    }

    private static String processMark() {
        ProcessHandle self = ProcessHandle.current();
        long started = self.info().startInstant().orElseGet(Instant::now).toEpochMilli();
        return Long.toString(self.pid(), 36) + "-" + Long.toString(started, 36) + "-" + bootMark();
    }

    private static String bootMark() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).substring(0, 8);
        } catch (NoSuchFileException e) {
            return "0";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
