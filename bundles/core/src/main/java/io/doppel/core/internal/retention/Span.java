package io.doppel.core.internal.retention;

import io.doppel.api.job.Count;
import java.time.Duration;

/** Lengths of time in words. */
final class Span {
    private Span() {}

    /** For example {@code 14 days} or {@code 36 hours}: the largest unit that leaves no rest, or seconds. */
    static String words(Duration span) {
        long seconds = span.toSeconds();
        if (seconds % 86_400 == 0) {
            return Count.text(seconds / 86_400, "day");
        }
        if (seconds % 3_600 == 0) {
            return Count.text(seconds / 3_600, "hour");
        }
        return seconds % 60 == 0 ? Count.text(seconds / 60, "minute") : Count.text(seconds, "second");
    }

    /** The same as the setting of a policy: {@code 14d}, {@code 36h}. */
    static String setting(Duration span) {
        String words = words(span);
        return words.substring(0, words.indexOf(' ')) + words.charAt(words.indexOf(' ') + 1);
    }
}
