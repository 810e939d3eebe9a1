package io.doppel.shell.internal.output;

import io.doppel.api.retention.RetentionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Policies in words. */
public final class Retention {
    private Retention() {}

    /** For example {@code last 3, daily 7, weekly 5}; {@code everything} if there are no counts. */
    public static String counts(RetentionPolicy policy) {
        List<String> counts = new ArrayList<>();
        add(counts, "last", policy.last());
        add(counts, "daily", policy.daily());
        add(counts, "weekly", policy.weekly());
        add(counts, "monthly", policy.monthly());
        add(counts, "yearly", policy.yearly());
        return counts.isEmpty() ? "everything" : String.join(", ", counts);
    }

    private static void add(List<String> counts, String name, int count) {
        if (count > 0) {
            counts.add(name + " " + count);
        }
    }

    /** The minimum age, for example {@code 14 d} or {@code 36 h}; a dash if there is none. */
    public static String minimumAge(RetentionPolicy policy) {
        Duration age = policy.minimumAge();
        if (age.isZero()) {
            return "-";
        }
        if (age.equals(Duration.ofDays(age.toDays()))) {
            return age.toDays() + " d";
        }
        return age.equals(Duration.ofHours(age.toHours())) ? age.toHours() + " h" : age.toSeconds() + " s";
    }

    /** All of a policy. */
    public static String words(RetentionPolicy policy) {
        String young = policy.keepsEverything()
                ? ", of which none younger than " + minimumAge(policy) + " can be removed by hand"
                : " and all younger than " + minimumAge(policy);
        return counts(policy) + (policy.minimumAge().isZero() ? "" : young) + " (" + policy.zone() + ")";
    }
}
