package io.doppel.api.retention;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How many versions of a machine are kept. A version is kept if at least one of the counts keeps it. A count of periods counts
 * those that have versions: a machine that was off for a year loses nothing. The newest version of a period represents it, also
 * while the period still runs.
 *
 * @param last the newest so many versions
 * @param daily one version of each of the newest so many calendar days
 * @param weekly one of each of so many ISO weeks (Monday to Sunday)
 * @param monthly one of each of so many calendar months
 * @param yearly one of each of so many calendar years
 * @param minimumAge nothing younger is ever dropped, whatever the counts; 0 for no such rule
 * @param zone where days, weeks, months and years begin
 */
public record RetentionPolicy(
        int last, int daily, int weekly, int monthly, int yearly, Duration minimumAge, ZoneId zone) {
    /** Checks: nothing is negative. */
    public RetentionPolicy {
        Objects.requireNonNull(minimumAge);
        Objects.requireNonNull(zone);
        if (IntStream.of(last, daily, weekly, monthly, yearly).anyMatch(n -> n < 0) || minimumAge.isNegative()) {
            throw new IllegalArgumentException("negative");
        }
    }

    /** Whether all counts are 0, which keeps everything. */
    public boolean keepsEverything() {
        return last == 0 && daily == 0 && weekly == 0 && monthly == 0 && yearly == 0;
    }
}
