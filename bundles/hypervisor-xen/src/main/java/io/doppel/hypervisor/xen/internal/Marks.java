package io.doppel.hypervisor.xen.internal;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of {@code other_config} by which everything that we make on a pool is recognised. The pool copies them when somebody
 * clones, copies or snapshots what we made, so they name the object that they were put on: copies are the user's.
 */
final class Marks {
    static final String INSTALLATION = "doppel:installation";
    static final String KIND = "doppel:kind";
    static final String CONSUMER = "doppel:consumer";
    static final String VERSION = "doppel:version";
    static final String MACHINE = "doppel:machine";
    static final String RUN = "doppel:run";
    static final String SINCE = "doppel:since";
    static final String SELF = "doppel:self";

    static final String SNAPSHOT = "snapshot";
    static final String BASE = "base";
    static final String RESTORE = "restore";
    static final String KEPT = "kept";
    static final String BOOT_TEST = "boot-test";
    static final String TASK = "task";

    private static final String OURS = "doppel:";

    private Marks() {}

    /** Marks of something made now. */
    static Map<String, String> of(String installation, String kind, String run) {
        Map<String, String> marks = new LinkedHashMap<>();
        marks.put(INSTALLATION, installation);
        marks.put(KIND, kind);
        marks.put(RUN, run);
        marks.put(SINCE, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return marks;
    }

    /** Marks that hold for one object only; none stay none. */
    static Map<String, String> bound(Map<String, String> marks, Rec record) {
        Map<String, String> bound = new LinkedHashMap<>(marks);
        if (!bound.isEmpty()) {
            bound.put(SELF, record.uuid());
        }
        return bound;
    }

    /** A map with its marks replaced by these. */
    static Map<String, String> replaced(Map<String, String> config, Map<String, String> marks) {
        Map<String, String> all = without(config);
        all.putAll(marks);
        return all;
    }

    /** A map without marks. */
    static Map<String, String> without(Map<String, String> config) {
        Map<String, String> rest = new LinkedHashMap<>(config);
        rest.keySet().removeIf(k -> k.startsWith(OURS));
        return rest;
    }

    static Map<String, String> in(Rec record) {
        return record.map("other_config");
    }

    static String get(Rec record, String key) {
        return in(record).getOrDefault(key, "");
    }

    static boolean is(Rec record, String kind) {
        return itsOwn(record) && get(record, KIND).equals(kind);
    }

    static boolean ours(Rec record, String installation) {
        return itsOwn(record) && get(record, INSTALLATION).equals(installation);
    }

    /** Whether nothing of anybody's marks was put on it. */
    static boolean isUnmarked(Rec record) {
        return !itsOwn(record) || get(record, INSTALLATION).isEmpty();
    }

    /** Whether its marks were put on it and not on what it was copied from; those of something just made name no object yet. */
    private static boolean itsOwn(Rec record) {
        String self = get(record, SELF);
        return self.isEmpty() || self.equals(record.uuid());
    }

    static Optional<Instant> since(Rec record) {
        try {
            return Optional.of(Instant.parse(get(record, SINCE)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Whether it is at least that old; what tells no time counts as old. */
    static boolean old(Rec record, Duration age) {
        return since(record).map(t -> !t.isAfter(Instant.now().minus(age))).orElse(true);
    }
}
