package io.doppel.api.job;

import java.time.Instant;
import java.util.Objects;

/**
 * A line of a run's log.
 *
 * @param at when
 * @param taskId the task it belongs to
 * @param level how serious
 * @param text what, for people
 */
public record LogLine(Instant at, long taskId, Level level, String text) {
    /** How serious a line is. */
    public enum Level {
        /** For information. */
        INFO,
        /** A person should know; a fall-back is always one of these. */
        WARNING,
        /** Something failed. */
        ERROR
    }

    /** Checks the parts. */
    public LogLine {
        Objects.requireNonNull(at);
        Objects.requireNonNull(level);
        Objects.requireNonNull(text);
    }
}
