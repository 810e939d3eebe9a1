package io.doppel.spi.export;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongConsumer;
import org.osgi.annotation.versioning.ConsumerType;

/** A file that is planned and can be written. Used by one thread. */
@ConsumerType
public interface MachineFile {
    /** Number of bytes that the progress goes to, 0 or more: those of the file before any compression. */
    long length();

    /**
     * Writes the file from its beginning to its end, taking memory for a small part of it only, and ends every thread that it
     * makes. Does not close the stream. A cancel ends it within a second unless the stream itself blocks.
     *
     * @param progress told by the thread that called, often, how many bytes of {@link #length()} have passed
     * @throws DoppelException what a disk or the run's cancel token threw; what was written is worth nothing then
     * @throws IOException what the stream threw
     */
    void writeTo(OutputStream out, LongConsumer progress) throws DoppelException, IOException;
}
