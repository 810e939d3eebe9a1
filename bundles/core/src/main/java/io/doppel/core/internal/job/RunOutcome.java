package io.doppel.core.internal.job;

import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import java.util.List;

/** How a run ended, from how its tasks ended. */
final class RunOutcome {
    private static final List<JobState> WORST_FIRST =
            List.of(JobState.INTERRUPTED, JobState.CANCELLED, JobState.FAILED, JobState.WARNING, JobState.SUCCEEDED);

    private RunOutcome() {}

    static JobState state(List<JobTask> tasks, boolean warned) {
        JobState worst = WORST_FIRST.stream()
                .filter(s -> tasks.stream().anyMatch(t -> t.state() == s))
                .findFirst()
                .orElse(JobState.SUCCEEDED);
        return worst == JobState.SUCCEEDED && warned ? JobState.WARNING : worst;
    }

    static String sentence(List<JobTask> tasks) {
        if (tasks.size() == 1) {
            return tasks.get(0).outcome();
        }
        long good = tasks.stream().filter(t -> isGood(t.state())).count();
        String all = good + " of " + tasks.size() + " done";
        return tasks.stream()
                .filter(t -> !isGood(t.state()))
                .findFirst()
                .map(t -> all + "; " + t.name() + ": " + t.outcome())
                .orElse(all);
    }

    static boolean isGood(JobState state) {
        return state == JobState.SUCCEEDED || state == JobState.WARNING;
    }
}
