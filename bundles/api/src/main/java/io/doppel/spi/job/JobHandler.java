package io.doppel.spi.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import org.osgi.annotation.versioning.ConsumerType;

/** A kind of job: the service an add-on registers. Called from several threads for different runs. */
@ConsumerType
public interface JobHandler {
    /** Short word in lower case that people type, unique; never changes. */
    String kind();

    /** One line for people. */
    String title();

    /** Options of the kind. */
    SettingsSpec options();

    /** Whether the kind works on machines, so that the core selects them and calls {@link #run} for each. */
    boolean perMachine();

    /**
     * Does the work, for one machine or for the whole run, and returns when it is done. Asks the context's cancel token
     * often. On failure and on cancel nothing half is left; what may remain after a crash is swept by the next run.
     *
     * @throws DoppelException what failed; the core records it as the task's outcome
     */
    void run(JobContext context) throws DoppelException;
}
