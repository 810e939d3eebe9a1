package io.doppel.core.internal.job;

import io.doppel.api.job.CancelToken;
import io.doppel.api.job.LogLine;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.job.TaskScope;

/** What a host is told of the run that it works for. */
public final class ContextWork implements HostWork {
    private final CancelToken cancel;
    private final TaskScope task;

    /**
     * Work of a run.
     *
     * @param task where the host's sentences go; a warning makes it, and the run, end with a warning
     */
    public ContextWork(CoreContext context, TaskScope task) {
        this.cancel = context.cancel();
        this.task = task;
    }

    @Override
    public CancelToken cancel() {
        return cancel;
    }

    @Override
    public void info(String text) {
        task.log(LogLine.Level.INFO, text);
    }

    @Override
    public void warning(String text) {
        task.log(LogLine.Level.WARNING, text);
    }
}
