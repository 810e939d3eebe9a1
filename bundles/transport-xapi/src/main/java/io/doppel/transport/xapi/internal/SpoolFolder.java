package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.xapi.stream.StreamError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of the temporary files, of one server only, and what streams under way still need in it. Files have no name
 * where the system allows it, so that nothing is left behind by a crash; elsewhere the next start removes them. Safe for
 * several threads.
 */
final class SpoolFolder {
    /** Stays free for everything else on that disk. */
    static final long MARGIN = 256L << 20;

    private static final String NAME = "stream-";

    private final Path folder;
    private final Room room;
    private long promised;

    /** Tells how much is free. */
    @FunctionalInterface
    interface Room {
        /** Bytes that can be written. */
        long usable(Path folder) throws IOException;
    }

    /** A folder, which is made when it is needed; files of a former server in it are removed. */
    SpoolFolder(Path folder) {
        this(folder, f -> Files.getFileStore(f).getUsableSpace());
    }

    SpoolFolder(Path folder, Room room) {
        this.folder = folder;
        this.room = room;
    }

    /** Removes what a server that was killed left behind. */
    void sweep() throws DoppelException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, NAME + "*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw failed("Removing old files", e);
        }
    }

    /** Opens a new, empty file for reading and writing. Closing it removes it. */
    SpoolFile file() throws DoppelException {
        try {
            Files.createDirectories(folder);
            Path path = Files.createTempFile(folder, NAME, "");
            try {
                return new SpoolFile(path, new RandomAccessFile(path.toFile(), "rw"));
            } catch (IOException e) {
                Files.deleteIfExists(path);
                throw e;
            }
        } catch (IOException e) {
            throw failed("Making a file", e);
        }
    }

    /**
     * Promises room to a stream.
     *
     * @param bytes the most that it will write
     * @throws DoppelException {@link StreamError#NO_ROOM} with what is there and what is needed
     */
    Promise promise(long bytes, String what) throws DoppelException {
        synchronized (this) {
            long free = usable() - promised - MARGIN;
            if (free < bytes) {
                throw new DoppelException(
                        StreamError.NO_ROOM,
                        "The " + what + " may need " + bytes + " bytes in " + folder + ", where " + Math.max(0, free)
                                + " are free for it (" + promised + " more are promised to other streams, " + MARGIN
                                + " stay free)");
            }
            promised += bytes;
        }
        return new Promise(bytes);
    }

    private long usable() throws DoppelException {
        try {
            Files.createDirectories(folder);
            return room.usable(folder);
        } catch (IOException e) {
            throw failed("Asking for the free space", e);
        }
    }

    private DoppelException failed(String what, IOException e) {
        return new DoppelException(StreamError.SPOOL, what + " in " + folder + " failed: " + e.getMessage(), e);
    }

    /** Room that one stream was promised; given back as it is used, the rest when it is closed. */
    final class Promise implements AutoCloseable {
        private static final long CHECK = 64L << 20;

        private long left;
        private long unchecked;

        private Promise(long bytes) {
            this.left = bytes;
        }

        /**
         * So many bytes were written.
         *
         * @throws DoppelException {@link StreamError#NO_ROOM} if others have filled the disk meanwhile
         */
        void used(long bytes) throws DoppelException {
            synchronized (SpoolFolder.this) {
                long taken = Math.min(bytes, left);
                left -= taken;
                promised -= taken;
            }
            unchecked += bytes;
            if (unchecked >= CHECK) {
                unchecked = 0;
                if (usable() < MARGIN) {
                    throw new DoppelException(
                            StreamError.NO_ROOM, "The disk of " + folder + " was filled while a stream came");
                }
            }
        }

        @Override
        public void close() {
            synchronized (SpoolFolder.this) {
                promised -= left;
                left = 0;
            }
        }
    }
}
