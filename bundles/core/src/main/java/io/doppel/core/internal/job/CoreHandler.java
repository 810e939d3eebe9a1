package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.job.JobContext;
import io.doppel.spi.job.JobHandler;

/** A job handler that lives in the core; only the engine runs it. */
public interface CoreHandler extends JobHandler {
    /** As {@link JobHandler#run(JobContext)}. */
    void run(CoreContext context) throws DoppelException;

    /** Where its runs have their place; constant. */
    default Place place() {
        return Place.LIMITED;
    }

    @Override
    default void run(JobContext context) throws DoppelException {
        run((CoreContext) context);
    }
}
