package io.doppel.core.internal.retention;

import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionReason.Code;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.function.ToIntFunction;

/** The calendar periods of which a policy keeps one version each. */
enum Period {
    DAY("daily", "day", Code.DAILY, Code.NOT_DAILY, RetentionPolicy::daily) {
        @Override
        String of(LocalDate day) {
            return day.toString();
        }
    },
    WEEK("weekly", "week", Code.WEEKLY, Code.NOT_WEEKLY, RetentionPolicy::weekly) {
        @Override
        String of(LocalDate day) {
            return String.format(
                    Locale.ROOT,
                    "%d-W%02d",
                    day.get(IsoFields.WEEK_BASED_YEAR),
                    day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
        }
    },
    MONTH("monthly", "month", Code.MONTHLY, Code.NOT_MONTHLY, RetentionPolicy::monthly) {
        @Override
        String of(LocalDate day) {
            return String.format(Locale.ROOT, "%d-%02d", day.getYear(), day.getMonthValue());
        }
    },
    YEAR("yearly", "year", Code.YEARLY, Code.NOT_YEARLY, RetentionPolicy::yearly) {
        @Override
        String of(LocalDate day) {
            return Integer.toString(day.getYear());
        }
    };

    private final String adverb;
    private final String noun;
    private final Code keeps;
    private final Code doesNot;
    private final ToIntFunction<RetentionPolicy> count;

    Period(String adverb, String noun, Code keeps, Code doesNot, ToIntFunction<RetentionPolicy> count) {
        this.adverb = adverb;
        this.noun = noun;
        this.keeps = keeps;
        this.doesNot = doesNot;
        this.count = count;
    }

    /** The name of the period with that day. */
    abstract String of(LocalDate day);

    /** The name of the period with that instant, as the calendar of the zone has it. */
    String of(Instant at, ZoneId zone) {
        return of(LocalDate.ofInstant(at, zone));
    }

    /** How many of these periods the policy keeps. */
    int count(RetentionPolicy policy) {
        return count.applyAsInt(policy);
    }

    /** As in "daily". */
    String adverb() {
        return adverb;
    }

    /** For example {@code 7 newest days} or {@code newest day}. */
    String newest(int number) {
        return number == 1 ? "newest " + noun : number + " newest " + noun + "s";
    }

    Code keeps() {
        return keeps;
    }

    Code doesNot() {
        return doesNot;
    }
}
