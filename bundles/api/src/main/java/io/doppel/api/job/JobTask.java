package io.doppel.api.job;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A part of a run, for example one machine or one disk.
 *
 * @param id number, unique on this server
 * @param runId its run
 * @param parentId the task it is a part of; empty at the top
 * @param name what it is about
 * @param state where it is
 * @param progress how far it is
 * @param started when it began
 * @param ended when it ended
 * @param outcome one sentence on the result; empty before the end
 * @param errorCode code of its failure, empty if none
 * @param results named results, for example {@code version}
 */
public record JobTask(
        long id,
        long runId,
        Optional<Long> parentId,
        String name,
        JobState state,
        Progress progress,
        Optional<Instant> started,
        Optional<Instant> ended,
        String outcome,
        String errorCode,
        Map<String, String> results) {
    /** Checks and copies. */
    public JobTask {
        Objects.requireNonNull(parentId);
        Objects.requireNonNull(name);
        Objects.requireNonNull(state);
        Objects.requireNonNull(progress);
        Objects.requireNonNull(started);
        Objects.requireNonNull(ended);
        Objects.requireNonNull(outcome);
        Objects.requireNonNull(errorCode);
        results = Map.copyOf(results);
    }
}
