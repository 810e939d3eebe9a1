package io.doppel.spi.disk;

import io.doppel.api.error.DoppelException;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Random-access reading of one disk whose content must not change while it is open. Reads come from several threads at
 * once. Whoever opened it closes it, after all reads have ended; {@link #interrupt} ends those that wait.
 */
@ConsumerType
public interface DiskReader extends AutoCloseable {
    /** Size in bytes as the machine sees it, 0 or more, any number; constant. */
    long size();

    /**
     * Fills {@code buffer[from, from+length)} with the bytes at {@code offset}. Never returns less.
     *
     * @throws DoppelException retryable when the connection or device failed; the reader may then still serve other reads
     */
    void read(long offset, byte[] buffer, int from, int length) throws DoppelException;

    /**
     * The parts of {@code range} that may hold something other than zeros, ascending, disjoint, clipped to the range and
     * the size. Everything else is known to be zero and is not read. A reader that cannot tell returns the whole range.
     * Boundaries need no alignment.
     */
    List<ByteRange> allocated(ByteRange range) throws DoppelException;

    /** How many reads at once make this reader fast: 1 for a local file, more over latency; at least 1. */
    default int parallelism() {
        return 1;
    }

    /**
     * Called after the last read and before the content is declared good.
     *
     * @throws DoppelException if the source changed since it was opened, as far as the reader can tell
     */
    default void verifyUnchanged() throws DoppelException {}

    /**
     * Whether the disk may be opened again in the middle of a transfer when reading failed. Not for a reader that notices only
     * by staying open that the content changed.
     */
    default boolean mayReopen() {
        return true;
    }

    /**
     * Nobody wants its bytes any more: whatever waits in it ends within a second, well or with any failure, and so does
     * whatever is called later except {@link #close}, which follows. Other readers of the same disk are not affected. Returns at
     * once; comes from any thread, at any time (after {@code close} it does nothing) and more than once. Does nothing by default,
     * for readers that never wait for longer.
     */
    default void interrupt() {}

    /** Frees what was opened. A second close does nothing. Fails only if something is left behind. */
    @Override
    void close() throws DoppelException;
}
