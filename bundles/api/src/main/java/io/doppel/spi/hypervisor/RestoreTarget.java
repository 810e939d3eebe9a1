package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskAccess;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** A restore under way. Used by one run, one thread at a time. */
@ConsumerType
public interface RestoreTarget extends AutoCloseable {
    /** For each disk key the ways to write the new disk, best first; each can also be opened for reading. */
    Map<String, List<DiskAccess>> disks();

    /** What will be written, in sentences for a person, known before anything is written. */
    List<String> plan();

    /**
     * Called after every disk was written, flushed and verified: makes the machine, or swaps the new disks for the old ones
     * and keeps the old ones until {@link HypervisorHost#confirmRestore}. After a crash either the old or the new machine
     * is whole.
     *
     * @return id of the machine restored
     */
    String finish() throws DoppelException;

    /** Without {@link #finish()} before it: removes everything made. A second close does nothing. */
    @Override
    void close() throws DoppelException;
}
