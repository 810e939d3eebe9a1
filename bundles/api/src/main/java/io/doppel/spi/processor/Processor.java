package io.doppel.spi.processor;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.Place;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Moves disks between sources and sinks at one place: reads, cuts, identifies, drops what the sink has, compresses,
 * encrypts, writes. The core picks the processor whose place can use the best disk access. Called from several threads.
 */
@ConsumerType
public interface Processor {
    /** Short word for logs, for example {@code local} or {@code abd}. */
    String name();

    /** Where it runs. */
    Place place();

    /** Whether it could open the access now (place and transport fit). */
    boolean canOpen(DiskAccess access);

    /**
     * Moves all disks of the request, in parallel, and returns when the last sink is durable. Stops within a second after
     * the monitor's cancel token says so. If one disk fails, the others are stopped and the first failure is thrown. Content
     * that reached a vault stays there as reusable packs.
     *
     * @throws DoppelException coded; retryable if a transport, storage target or the processor itself went away
     */
    TransferResult transfer(TransferRequest request, TransferMonitor monitor) throws DoppelException;
}
