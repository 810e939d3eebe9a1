package io.doppel.disks.internal;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The holes of an open file: finding them and making them, which Java has no call for. Safe for several threads, because
 * nothing depends on the file position that seeking moves.
 */
final class SparseFile implements Closeable {
    private static final int ENXIO = 6;
    private static final int EOPNOTSUPP = 95;
    private static final int ENOSYS = 38;
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int SYNC_FILE_RANGE_WRITE = 2;
    private static final int KEEP_SIZE_AND_PUNCH_HOLE = 1 | 2;

    private final int descriptor;
    private boolean closed;

    private SparseFile(int descriptor) {
        this.descriptor = descriptor;
    }

    /** The C library's calls, bound once; absent where they are not as on 64-bit Linux. */
    private static final class LibC {
        static final boolean AVAILABLE = bind();

        private static boolean bind() {
            if (!Platform.isLinux() || !Platform.is64Bit()) {
                return false;
            }
            try {
                Native.register(LibC.class, "c");
                return true;
            } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
                return false;
            }
        }

        static native int open(byte[] path, int flags) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;

        static native long lseek(int fd, long offset, int whence) throws LastErrorException;

        static native int fallocate(int fd, int mode, long offset, long length) throws LastErrorException;

        static native int sync_file_range(int fd, long offset, long length, int flags) throws LastErrorException;
    }

    /** Opens the file once more for these calls; empty where the system does not have them. */
    static Optional<SparseFile> open(Path file, boolean writable) throws IOException {
        if (!LibC.AVAILABLE) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SparseFile(LibC.open(nativeName(file), O_CLOEXEC | (writable ? O_RDWR : 0))));
        } catch (LastErrorException e) {
            throw new IOException(file + ": error " + e.getErrorCode(), e);
        }
    }

    /** The name's bytes as the file system has them, whatever the locale's encoding, with a closing zero. */
    private static byte[] nativeName(Path file) {
        String escaped = file.toAbsolutePath().toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length() + 1);
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    /** The first byte of data at or after the position; -1 if there is none. */
    synchronized long nextData(long position) throws IOException {
        return seek(position, SEEK_DATA);
    }

    /** The first byte of a hole at or after the position, which is inside the file; the file's end counts as a hole. */
    synchronized long nextHole(long position) throws IOException {
        return seek(position, SEEK_HOLE);
    }

    private long seek(long position, int whence) throws IOException {
        checkOpen();
        try {
            return LibC.lseek(descriptor, position, whence);
        } catch (LastErrorException e) {
            if (e.getErrorCode() == ENXIO) {
                return -1;
            }
            throw new IOException("lseek: error " + e.getErrorCode(), e);
        }
    }

    /** Makes a hole; false where the file system cannot. */
    synchronized boolean punch(long offset, long length) throws IOException {
        checkOpen();
        try {
            LibC.fallocate(descriptor, KEEP_SIZE_AND_PUNCH_HOLE, offset, length);
            return true;
        } catch (LastErrorException e) {
            if (e.getErrorCode() == EOPNOTSUPP || e.getErrorCode() == ENOSYS) {
                return false;
            }
            throw new IOException("fallocate: error " + e.getErrorCode(), e);
        }
    }

    /**
     * Has the system begin to write what is written but not on the medium yet, so that a flush has less to wait for. Makes nothing
     * durable.
     */
    synchronized void beginWriting() throws IOException {
        checkOpen();
        try {
            LibC.sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
        } catch (LastErrorException e) {
            // only a hint: the flush meets whatever is wrong
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            LibC.close(descriptor);
        } catch (LastErrorException e) {
            throw new IOException("close: error " + e.getErrorCode(), e);
        }
    }
}
