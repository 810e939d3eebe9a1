package io.doppel.api.job;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One run of a definition.
 *
 * @param id number, ascending
 * @param definition what was asked, as it was at that time
 * @param state where it is
 * @param progress how far it is
 * @param submitted when it was asked for
 * @param started when it began
 * @param ended when it ended
 * @param outcome one sentence on the result; with code and advice if it failed; empty before the end
 * @param errorCode code of the first failure, empty if none
 */
public record JobRun(
        long id,
        JobDefinition definition,
        JobState state,
        Progress progress,
        Instant submitted,
        Optional<Instant> started,
        Optional<Instant> ended,
        String outcome,
        String errorCode) {
    /** Checks the parts. */
    public JobRun {
        Objects.requireNonNull(definition);
        Objects.requireNonNull(state);
        Objects.requireNonNull(progress);
        Objects.requireNonNull(submitted);
        Objects.requireNonNull(started);
        Objects.requireNonNull(ended);
        Objects.requireNonNull(outcome);
        Objects.requireNonNull(errorCode);
    }
}
