package io.doppel.spi.hypervisor;

import io.doppel.api.job.CancelToken;
import org.osgi.annotation.versioning.ProviderType;

/** The run for which a host works: whether it shall stop, and its log. Safe for several threads. */
@ProviderType
public interface HostWork {
    /** Tells whether to stop. Long calls ask it at least once a second and then leave nothing on the host. */
    CancelToken cancel();

    /** A line for the run's log. No secrets. */
    void info(String text);

    /**
     * Something that was done in a worse way than wanted, with the reason: the run then ends with a warning. No secrets.
     */
    void warning(String text);
}
