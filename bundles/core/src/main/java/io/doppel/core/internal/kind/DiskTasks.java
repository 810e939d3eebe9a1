package io.doppel.core.internal.kind;

import io.doppel.api.job.CancelToken;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.spi.job.TaskScope;
import io.doppel.spi.processor.TransferMonitor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shows a transfer as tasks, one a disk. */
final class DiskTasks implements TransferMonitor {
    private final CancelToken cancel;
    private final Map<String, TaskScope> tasks = new LinkedHashMap<>();

    /** @param names for each disk key the name for people */
    DiskTasks(CoreContext context, Map<String, String> names) {
        this.cancel = context.cancel();
        names.forEach((key, name) -> tasks.put(key, context.task().child(name)));
    }

    @Override
    public CancelToken cancel() {
        return cancel;
    }

    @Override
    public void progress(String diskKey, Progress progress) {
        tasks.get(diskKey).progress(progress);
    }

    @Override
    public void warning(String diskKey, String text) {
        tasks.get(diskKey).log(LogLine.Level.WARNING, text);
    }

    /** Ends all tasks well. */
    void succeed(String outcome) {
        tasks.values().forEach(t -> t.succeed(outcome));
    }
}
