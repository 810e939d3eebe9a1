package io.doppel.core.internal.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.vault.MachineFigures;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.UseRecord;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionSumsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    Path folder;

    private static VersionView version(String machine, double daysAgo, long stored, long fresh) {
        Instant at = NOW.minusSeconds(Math.round(daysAgo * 86_400));
        return new VersionView(
                machine + daysAgo,
                "main",
                "lab",
                "id-" + machine,
                machine + (daysAgo < 1 ? "-renamed" : ""),
                at,
                1,
                1000,
                500,
                stored,
                fresh,
                "CRASH",
                VersionView.Health.VALID,
                Instant.EPOCH,
                List.of());
    }

    private static long growth(int days, VersionView... versions) {
        return new VersionSums(List.of(versions), NOW).growth(days);
    }

    @Test
    void growthIsWhatWasAddedInTheLastDays() {
        VersionView old = version("web", 100, 7_000_000, 0);
        VersionView month = version("web", 29.9, 3000, 0);
        VersionView week = version("web", 6.9, 700, 0);
        VersionView before = version("web", 7, 70_000, 0);
        assertEquals(100, growth(7, old, month, before, week));
        assertEquals(Math.round((3000 + 70_000 + 700) / 30.0), growth(30, old, month, before, week));
        assertEquals(0, growth(7, old));
        assertEquals(0, growth(7));
    }

    @Test
    void whatIsYoungIsMeasuredByItsAge() {
        assertEquals(500, growth(7, version("web", 2, 600, 0), version("web", 0.5, 400, 0)));
        assertEquals(400, growth(30, version("web", 0.1, 400, 0)));
        assertEquals(0, growth(7, version("web", -1, 400, 0)), "a version from the future");
    }

    @Test
    void byMachine() {
        List<MachineFigures> machines = new VersionSums(
                        List.of(
                                version("db", 3, 10, 30),
                                version("web", 0.5, 70, 100),
                                version("web", 2, 1, 2),
                                version("old", 9, 5, -1),
                                version("old", 8, 5, 7)),
                        NOW)
                .machines();
        assertEquals(
                List.of("web-renamed", "db", "old"),
                machines.stream().map(MachineFigures::machineName).toList());
        MachineFigures web = machines.get(0);
        assertEquals(new MachineFigures("lab", "id-web", "web-renamed", 2, 2000, 1000, 102, 71, 0, 36, 36), web);
        assertEquals(1000.0 / 102, web.dedupRatio());
        assertEquals(102.0 / 71, web.compressionRatio());
        MachineFigures old = machines.get(2);
        assertEquals(7, old.newBytes());
        assertEquals(1, old.unnoted());
        assertEquals(0, old.dedupRatio());
        assertEquals(0, old.compressionRatio());
    }

    @Test
    void tenThousandVersionsInTheCatalogue() throws Exception {
        List<VersionView> all = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            all.add(version("m" + i % 50, i / 50 + i / 1e6, i, i));
        }
        try (Catalog catalog = Catalog.open(folder)) {
            catalog.versions().replaceAll("main", all);
            catalog.use().put(new UseRecord("id", NOW, 1, 2));
            catalog.use().put(new UseRecord("id", NOW, 3, 4));
            assertEquals(
                    Optional.of(new UseRecord("id", NOW, 3, 4)), catalog.use().find("id"));
            assertEquals(Optional.empty(), catalog.use().find("other"));
            long best = Long.MAX_VALUE;
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            for (int round = 0; round < 5; round++) {
                long start = threads.getCurrentThreadCpuTime();
                List<VersionView> listed = catalog.versions().list(Optional.of("main"), Optional.empty());
                VersionSums sums = new VersionSums(listed, NOW);
                assertEquals(50, sums.machines().size());
                assertEquals(49_995_000, sums.of(VersionView::newBytes));
                best = Math.min(best, (threads.getCurrentThreadCpuTime() - start) / 1_000_000);
            }
            System.out.println("figures of 10000 versions: " + best + " ms of a processor");
            assertTrue(best < 1000, best + " ms");
        }
    }
}
