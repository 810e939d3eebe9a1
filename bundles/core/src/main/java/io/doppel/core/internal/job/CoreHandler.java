package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.job.JobContext;
import io.doppel.spi.job.JobHandler;

/** A job handler that lives in the core; only the engine runs it. */
public interface CoreHandler extends JobHandler {
    /** As {@link JobHandler#run(JobContext)}. */
    void run(CoreContext context) throws DoppelException;

    /** Whether the limits of runs, machines and vaults count for it; otherwise nobody waits for it and it waits for nobody. */
    default boolean isLimited() {
        return true;
    }

    /** Whether it gives way to all others who use a vault, and so does not count as one of them. */
    default boolean givesWay() {
        return false;
    }

    @Override
    default void run(JobContext context) throws DoppelException {
        run((CoreContext) context);
    }
}
