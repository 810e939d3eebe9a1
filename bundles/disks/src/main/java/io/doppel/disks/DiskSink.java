package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Takes a disk that comes as a stream. One thread calls it. Every byte of the disk is told exactly once, in {@link #data} or
 * in {@link #absent}; the order is that of the stream, which need not be ascending. Only {@link #end} says that the disk
 * is whole: if it was not called, what came is worth nothing.
 */
@ConsumerType
public interface DiskSink {
    /**
     * Bytes of the disk.
     *
     * @param offset where they belong
     * @param buffer holds them in {@code [from, from+length)}; valid only during the call
     * @param length at least 1
     */
    void data(long offset, byte[] buffer, int from, int length) throws DoppelException;

    /**
     * A part of the disk that the stream leaves out: zeros, or, in a differencing VHD, what the parent holds there.
     *
     * @param length bytes, at least 1
     */
    void absent(long offset, long length) throws DoppelException;

    /** The whole disk came, and the stream's own checks held for it. */
    void end() throws DoppelException;
}
