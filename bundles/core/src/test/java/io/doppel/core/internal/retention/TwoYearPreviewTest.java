package io.doppel.core.internal.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.vault.VersionView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What a policy makes of two years of nightly backups, for people to read. After a change: {@code mvn -pl bundles/core test
 * -Dtest=TwoYearPreviewTest -Ddoppel.golden=write}, and read the difference.
 */
class TwoYearPreviewTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/doppel/core/internal/retention/two-years.txt");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final LocalDate FIRST = LocalDate.of(2024, 11, 22);
    private static final LocalDate LAST = LocalDate.of(2026, 11, 21);
    /** In the night in which the clocks go ahead there is no such time, and where they go back it comes twice. */
    private static final LocalTime NIGHTLY = LocalTime.of(2, 30);

    private static final RetentionPolicy POLICY = new RetentionPolicy(3, 7, 5, 12, 3, Duration.ofDays(10), BERLIN);
    private static final Map<String, Pin> PINS =
            Map.of("2025-03-12", new Pin("main", "2025-03-12", "before the migration", "admin", History.NOON));

    @Test
    void previewIsAsItWasRead() throws Exception {
        String preview = preview();
        if ("write".equals(System.getProperty("doppel.golden"))) {
            Files.writeString(GOLDEN, preview);
        }
        assertEquals(Files.readString(GOLDEN), preview);
    }

    private static List<VersionView> history() {
        List<VersionView> versions = new ArrayList<>();
        for (LocalDate day = FIRST; !day.isAfter(LAST); day = day.plusDays(1)) {
            boolean off = day.getYear() == 2026 && day.getMonthValue() == 8 && day.getDayOfMonth() >= 10;
            boolean broken = day.equals(LocalDate.of(2026, 10, 31)) || day.equals(LocalDate.of(2026, 11, 19));
            ZonedDateTime at = day.atTime(NIGHTLY).atZone(BERLIN);
            if (!off) {
                versions.add(
                        broken
                                ? History.damaged(day.toString(), at.toInstant())
                                : History.version(day.toString(), at.toInstant()));
            }
        }
        return versions;
    }

    private static String preview() {
        List<VersionVerdict> verdicts = RetentionRules.judge(Optional.of(POLICY), history(), PINS, History.NOON);
        StringBuilder text = new StringBuilder();
        text.append("A backup each night at 2:30 in Berlin from " + FIRST + " to " + LAST + ", judged at "
                + History.NOON + ".\n");
        text.append(
                "The machine was off from 2026-08-10 to the end of that month; two versions are damaged; one is pinned.\n\n");
        text.append("last 3, daily 7, weekly 5, monthly 12, yearly 3, minimum age 10 days\n");
        long kept = verdicts.stream().filter(VersionVerdict::kept).count();
        text.append(verdicts.size() + " versions: " + kept + " kept, " + (verdicts.size() - kept) + " dropped\n\n");
        for (int i = 0; i < verdicts.size(); ) {
            int end = i + 1;
            while (end < verdicts.size() && why(verdicts.get(end)).equals(why(verdicts.get(i)))) {
                end++;
            }
            text.append(line(verdicts.get(i), verdicts.get(end - 1), end - i));
            i = end;
        }
        return text.toString();
    }

    /** Fate and reasons; neighbours of which these are the same share a line. */
    private static String why(VersionVerdict verdict) {
        String health = verdict.version().health() == VersionView.Health.DAMAGED ? "damaged, " : "";
        return health
                + (verdict.kept() ? "kept: " : "dropped: ")
                + verdict.reasons().stream()
                        .map(reason -> verdict.kept()
                                ? reason.text()
                                : reason.text().replace(verdict.version().id(), "the day"))
                        .collect(Collectors.joining("; "));
    }

    private static String line(VersionVerdict newest, VersionVerdict oldest, int number) {
        String more = number == 1
                ? ""
                : "  and " + (number - 1) + " back to " + oldest.version().id();
        return DateTimeFormatter.ofPattern("yyyy-MM-dd EEE HH:mm xx", Locale.ROOT)
                        .format(newest.version().takenAt().atZone(BERLIN))
                + more + "  " + why(newest) + "\n";
    }
}
