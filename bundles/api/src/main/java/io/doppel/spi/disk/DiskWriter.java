package io.doppel.spi.disk;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Random-access writing of one disk that nobody else uses. Writes to disjoint ranges come from several threads at once.
 */
@ConsumerType
public interface DiskWriter extends AutoCloseable {
    /** Size in bytes; writes stay inside it. */
    long size();

    /** Whether the disk is known to hold nothing but zeros at the start, so that zeros need not be written. */
    boolean startsZeroed();

    /** Writes {@code buffer[from, from+length)} at {@code offset}. Durable only after {@link #flush()}. */
    void write(long offset, byte[] buffer, int from, int length) throws DoppelException;

    /** Makes the range read as zeros, without storing zeros where the target can avoid it. */
    void zero(long offset, long length) throws DoppelException;

    /** Returns when everything written before is on stable storage. */
    void flush() throws DoppelException;

    /** How many writes at once make this writer fast; at least 1. */
    default int parallelism() {
        return 1;
    }

    /** Frees what was opened; does not flush. A second close does nothing. */
    @Override
    void close() throws DoppelException;
}
