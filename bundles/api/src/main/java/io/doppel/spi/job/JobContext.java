package io.doppel.spi.job;

import io.doppel.api.inventory.HostMachine;
import io.doppel.api.job.CancelToken;
import io.doppel.api.settings.Settings;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What a job handler gets. */
@ProviderType
public interface JobContext {
    /** Number of the run. */
    long runId();

    /** The machine, for a kind that works on machines. */
    Optional<HostMachine> machine();

    /** Checked options. */
    Settings options();

    /** Tells whether to stop. */
    CancelToken cancel();

    /** The task to report on. */
    TaskScope task();
}
