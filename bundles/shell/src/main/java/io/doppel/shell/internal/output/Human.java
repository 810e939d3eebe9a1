package io.doppel.shell.internal.output;

import io.doppel.api.job.ByteCount;
import io.doppel.api.job.Count;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Figures for people; JSON has the exact ones. */
public final class Human {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private static final int LEAST_ID = 12;

    private Human() {}

    /** A number of bytes with three digits, for example {@code 1.46 GiB}; a dash if it is negative, that is unknown. */
    public static String bytes(long bytes) {
        return ByteCount.text(bytes);
    }

    /** A time of the server's zone to the second. */
    public static String time(Instant at, ZoneId zone) {
        return TIME.format(at.atZone(zone));
    }

    /** As {@link #time(Instant, ZoneId)}, a dash if there is none. */
    public static String time(Optional<Instant> at, ZoneId zone) {
        return at.map(t -> time(t, zone)).orElse("-");
    }

    /** A duration as {@code 4.2 s}, {@code 3:05} or {@code 2:03:05}. */
    public static String duration(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
        }
        return clock(seconds);
    }

    /** Seconds as {@code 0:07}, {@code 3:05} or {@code 2:03:05}. */
    public static String clock(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** A state's name in small letters. */
    public static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * Share done, rounded down; a dash while the total is unknown. What succeeded is done, however it was estimated, and what has not
     * ended is not, since its next part may not be known yet.
     */
    public static String percent(JobRun run) {
        if (run.state() == JobState.SUCCEEDED || run.state() == JobState.WARNING) {
            return "100 %";
        }
        Progress progress = run.progress();
        return progress.total() <= 0 ? "-" : Math.min(99, (int) (progress.share() * 100)) + " %";
    }

    /** A number with its noun. */
    public static String count(long number, String noun) {
        return Count.text(number, noun);
    }

    /** A map as {@code name=value} pairs, by name. */
    public static String pairs(Map<String, String> map) {
        return map.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }

    /** The ids cut to one length, at least 12, at which no two of them are alike. */
    public static List<String> shortIds(List<String> ids) {
        int length = LEAST_ID;
        while (ids.stream().anyMatch(longerThan(length)) && distinct(ids, length) < new HashSet<>(ids).size()) {
            length++;
        }
        int shown = length;
        return ids.stream().map(id -> cut(id, shown)).toList();
    }

    private static Predicate<String> longerThan(int length) {
        return id -> id.length() > length;
    }

    private static long distinct(List<String> ids, int length) {
        return ids.stream().map(id -> cut(id, length)).distinct().count();
    }

    private static String cut(String id, int length) {
        return id.substring(0, Math.min(length, id.length()));
    }
}
