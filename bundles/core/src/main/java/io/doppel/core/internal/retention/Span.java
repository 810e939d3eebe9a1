package io.doppel.core.internal.retention;

import java.time.Duration;

/** Lengths of time in words. */
final class Span {
    private Span() {}

    /** For example {@code 14 days} or {@code 36 hours}: the largest unit that leaves no rest, or seconds. */
    static String words(Duration span) {
        long seconds = span.toSeconds();
        if (seconds % 86_400 == 0) {
            return count(seconds / 86_400, "day");
        }
        if (seconds % 3_600 == 0) {
            return count(seconds / 3_600, "hour");
        }
        return seconds % 60 == 0 ? count(seconds / 60, "minute") : count(seconds, "second");
    }

    /** The same as the setting of a policy: {@code 14d}, {@code 36h}. */
    static String setting(Duration span) {
        String words = words(span);
        return words.substring(0, words.indexOf(' ')) + words.charAt(words.indexOf(' ') + 1);
    }

    private static String count(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}
