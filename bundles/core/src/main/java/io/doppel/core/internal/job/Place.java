package io.doppel.core.internal.job;

import io.doppel.spi.job.JobHandler;

/** Where the runs of a handler have their place among others. */
public enum Place {
    /** In the queue: the limits of runs, machines and vaults count for them. */
    LIMITED,
    /** Beside all others, as many as there are: they wait for none of them and none waits for them, but their vault stays. */
    BESIDE,
    /** Behind all others who use a vault: they give way to them, and do not count as one of them. */
    GIVING_WAY;

    static Place of(JobHandler handler) {
        return handler instanceof CoreHandler own ? own.place() : LIMITED;
    }
}
