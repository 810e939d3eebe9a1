package io.doppel.api.retention;

import java.util.Objects;

/**
 * Why a version is kept or dropped.
 *
 * @param code which rule; never changes its meaning
 * @param period the period that the rule is about ({@code 2026-11-03}, {@code 2026-W45}, {@code 2026-11}, {@code 2026}); empty
 *     for rules without one
 * @param text the same for people, in the server's words
 */
public record RetentionReason(Code code, String period, String text) {
    /** The rules. */
    public enum Code {
        /** Kept: somebody pinned it. */
        PINNED,
        /** Kept: there is a hold on it, or one that cannot be read, which keeps all versions of the vault. */
        HELD,
        /** Kept: the newest version of its machine. */
        NEWEST,
        /** Kept: the newest version of its machine that is not damaged. */
        NEWEST_WHOLE,
        /** Kept: younger than the minimum age. */
        YOUNG,
        /** Kept: one of the last so many. */
        LAST,
        /** Kept: represents its day. */
        DAILY,
        /** Kept: represents its ISO week. */
        WEEKLY,
        /** Kept: represents its month. */
        MONTHLY,
        /** Kept: represents its year. */
        YEARLY,
        /** Kept: no policy was set for its machine. */
        NO_POLICY,
        /** Kept: all counts of the policy are 0. */
        KEEP_EVERYTHING,
        /** Kept: the clock may be wrong. The other reasons tell what would happen otherwise. */
        CLOCK_IN_DOUBT,
        /** Not one of the last so many. */
        NOT_LAST,
        /** Does not represent a day that is kept. */
        NOT_DAILY,
        /** Does not represent an ISO week that is kept. */
        NOT_WEEKLY,
        /** Does not represent a month that is kept. */
        NOT_MONTHLY,
        /** Does not represent a year that is kept. */
        NOT_YEARLY
    }

    /** Checks. */
    public RetentionReason {
        Objects.requireNonNull(code);
        Objects.requireNonNull(period);
        Objects.requireNonNull(text);
    }
}
