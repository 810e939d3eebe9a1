package io.doppel.core.internal.kind;

import io.doppel.api.job.Progress;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.CollectProgress;
import java.util.EnumMap;
import java.util.Map;

/** A task for each phase of a collection. Safe for several threads. */
final class PhaseTasks implements CollectProgress {
    private static final Map<Phase, String> TITLES = Map.of(
            Phase.MARK, "Find out what is needed",
            Phase.COPY, "Copy what is needed",
            Phase.DELETE, "Delete what is not needed");

    private static final String DONE = "Done";

    private final TaskScope task;
    private final Map<Phase, TaskScope> tasks = new EnumMap<>(Phase.class);

    PhaseTasks(TaskScope task) {
        this.task = task;
    }

    @Override
    public synchronized void progress(Phase phase, long total, long n) {
        if (total == 0 && !tasks.containsKey(phase)) {
            return; // nothing of the kind is to be done yet
        }
        if (phase == Phase.COPY && tasks.containsKey(Phase.MARK)) {
            tasks.get(Phase.MARK).succeed(DONE);
        }
        tasks.computeIfAbsent(phase, p -> task.child(TITLES.get(p))).progress(new Progress(total, n, 0, 0, 0));
    }

    /** The collection is at its end. */
    synchronized void end() {
        tasks.values().forEach(phase -> phase.succeed(DONE));
    }
}
