package io.doppel.core.internal.kind;

import io.doppel.api.job.Progress;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.copy.CopyProgress;
import java.util.EnumMap;
import java.util.Map;

/** A task for each phase of a copy. Safe for several threads. */
final class CopyTasks implements CopyProgress {
    private static final Map<Phase, String> TITLES = Map.of(
            Phase.SURVEY, "Find out what is missing",
            Phase.SEND, "Send it",
            Phase.PROVE, "Prove that it arrived");

    private final TaskScope version;
    private final Map<Phase, TaskScope> tasks = new EnumMap<>(Phase.class);

    CopyTasks(TaskScope version) {
        this.version = version;
    }

    @Override
    public synchronized void progress(Phase phase, long total, long done) {
        TaskScope task = tasks.get(phase);
        if (task == null) {
            end();
            task = version.child(TITLES.get(phase));
            tasks.put(phase, task);
        }
        boolean moves = phase == Phase.SEND;
        task.progress(new Progress(total, done, moves ? done : 0, moves ? done : 0, 0));
    }

    /** What has begun is done. */
    synchronized void end() {
        tasks.values().forEach(task -> task.succeed("Done"));
    }
}
