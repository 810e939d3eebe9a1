package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.xapi.stream.StreamError;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A sparse temporary file. Not a channel, which an interrupted reader would close for everybody. Safe for several threads.
 */
final class SpoolFile implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile file;
    /** Whether the name is still there: not every system lets go of the name of an open file. */
    private boolean named;

    SpoolFile(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
        this.named = !removed();
    }

    private boolean removed() {
        try {
            Files.delete(path);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    synchronized void write(long offset, byte[] buffer, int from, int length) throws DoppelException {
        try {
            file.seek(offset);
            file.write(buffer, from, length);
        } catch (IOException e) {
            throw failed("Writing", e);
        }
    }

    /** Reads what was written, and zeros between. */
    synchronized void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        try {
            file.seek(offset);
            file.readFully(buffer, from, length);
        } catch (EOFException e) {
            throw failed("Reading beyond what was written", e);
        } catch (IOException e) {
            throw failed("Reading", e);
        }
    }

    /** So that the whole disk can be read. */
    synchronized void length(long bytes) throws DoppelException {
        try {
            file.setLength(bytes);
        } catch (IOException e) {
            throw failed("Setting the length", e);
        }
    }

    private DoppelException failed(String what, IOException e) {
        return new DoppelException(StreamError.SPOOL, what + " of " + path + " failed: " + e.getMessage(), e);
    }

    @Override
    public synchronized void close() throws DoppelException {
        try {
            file.close();
            if (named) {
                named = !Files.deleteIfExists(path) && Files.exists(path);
            }
        } catch (IOException e) {
            throw failed("Removing", e);
        }
    }
}
