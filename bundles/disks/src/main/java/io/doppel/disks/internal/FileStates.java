package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.FileState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Takes the states of files. */
public final class FileStates {
    /**
     * Time stamps come from a clock that older kernels advance only every 1 to 10 ms: two writes within one tick look
     * like one. A state younger than this proves nothing yet.
     */
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(20);

    private FileStates() {}

    /** The state of a regular file now. */
    public static FileState of(Path file) throws DoppelException {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
                return ofUnix(
                        Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime,isRegularFile"), file);
            }
            BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
            checkRegular(basic.isRegularFile(), file);
            long modified = nanos(basic.lastModifiedTime());
            return new FileState(String.valueOf(basic.fileKey()), basic.size(), modified, modified);
        } catch (IOException e) {
            throw Failures.of(e, file.toString());
        }
    }

    private static FileState ofUnix(Map<String, Object> attributes, Path file) throws DoppelException {
        checkRegular((Boolean) attributes.get("isRegularFile"), file);
        return new FileState(
                attributes.get("dev") + ":" + attributes.get("ino"),
                (Long) attributes.get("size"),
                nanos((FileTime) attributes.get("lastModifiedTime")),
                nanos((FileTime) attributes.get("ctime")));
    }

    private static void checkRegular(boolean regular, Path file) throws DoppelException {
        if (!regular) {
            throw new DoppelException(DiskError.NOT_FOUND, file + " is not a regular file");
        }
    }

    /** Returns once a write that comes after must give another time stamp than the one given. */
    static void awaitNextTick(long stamp) {
        long now = nanos(FileTime.from(Instant.now()));
        if (stamp < now - TICK) {
            return;
        }
        long deadline = System.nanoTime() + TICK;
        for (long left = TICK; left > 0; left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }
}
