package io.doppel.catalog.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.HostRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Migrations that are killed, that fail, and that are newer than we are. */
class MigrationKillTest {
    private static final List<Migrations.Step> TWO = List.of(
            new Migrations.Step(1, List.of("CREATE TABLE a (x INTEGER)")),
            new Migrations.Step(2, List.of("CREATE TABLE b (x INTEGER)", "INSERT INTO a VALUES (1)", "BROKEN")));

    @TempDir
    Path folder;

    /** Each new child goes on with what the one before it left. */
    @Test
    void killedBeforeAndAfterEveryStatementItGoesOn() throws Exception {
        int kills = 0;
        for (String when : List.of("before", "after")) {
            int ended = MigrationChild.HALTED;
            for (int nth = 1; ended == MigrationChild.HALTED; nth++) {
                Path place = folder.resolve(when + nth);
                Path log = folder.resolve(when + nth + ".log");
                ended = KilledChild.run(log, MigrationChild.class, place.toString(), Integer.toString(nth), when);
                assertTrue(ended == MigrationChild.HALTED || ended == 0, Files.readString(log));
                kills += ended == 0 ? 0 : 1;
                worksWhole(place);
            }
        }
        assertTrue(kills >= 24, "only " + kills);
    }

    @Test
    void killedAtAnyMomentOfItsMakingItGoesOn() throws Exception {
        Path place = folder.resolve("one");
        for (int i = 0; i < 10; i++) {
            Process child = KilledChild.start(
                    folder.resolve("log"), MigrationChild.class, place.toString(), "1000000", "after");
            child.waitFor(ThreadLocalRandom.current().nextLong(100, 1200), TimeUnit.MILLISECONDS);
            child.destroyForcibly().waitFor();
        }
        worksWhole(place);
    }

    @Test
    void aNewerSchemaIsRefusedAndLeftAlone() throws Exception {
        Catalog.open(folder).close();
        try (DerbyDatabase database = DerbyDatabase.open(folder)) {
            database.change(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.execute("INSERT INTO schema_steps (step, applied) VALUES (99, 0)");
                }
            });
        }
        DoppelException refused = assertThrows(DoppelException.class, () -> Catalog.open(folder));
        assertTrue(refused.is(CatalogError.NEWER_SCHEMA), refused.getMessage());
        refused = assertThrows(DoppelException.class, () -> Catalog.open(folder));
        assertTrue(refused.is(CatalogError.NEWER_SCHEMA), refused.getMessage());
    }

    @Test
    void aStepThatFailsLeavesTheOneBefore() throws Exception {
        try (DerbyDatabase database = DerbyDatabase.open(folder)) {
            DoppelException failed = assertThrows(DoppelException.class, () -> Migrations.run(database, TWO));
            assertTrue(failed.is(CatalogError.MIGRATION), failed.getMessage());
            Migrations.run(
                    database, List.of(TWO.get(0), new Migrations.Step(2, List.of("CREATE TABLE b (x INTEGER)"))));
            int rows = database.call(connection -> {
                try (var statement = connection.createStatement();
                        var row = statement.executeQuery("SELECT COUNT(*) FROM a")) {
                    row.next();
                    return row.getInt(1);
                }
            });
            assertEquals(0, rows);
        }
    }

    @Test
    void anotherProcessIsKeptOut() throws Exception {
        Catalog.open(folder).close();
        Path log = folder.resolve("log");
        Process child = KilledChild.start(log, WriterChild.class, folder.toString());
        try {
            WriterChild.waitForLines(log, 3);
            DoppelException refused = assertThrows(DoppelException.class, () -> Catalog.open(folder));
            assertTrue(refused.is(CatalogError.IN_USE), refused.getMessage());
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatWasWrittenBeforeAKillIsThere() throws Exception {
        Path log = folder.resolve("log");
        Process child = KilledChild.start(log, WriterChild.class, folder.toString());
        try {
            WriterChild.waitForLines(log, 200);
        } finally {
            child.destroyForcibly().waitFor();
        }
        long told = Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("run "))
                .count();
        try (Catalog catalog = Catalog.open(folder)) {
            int found = catalog.runs().newest(Integer.MAX_VALUE).size();
            assertTrue(found == told || found == told + 1, found + " of " + told);
        }
    }

    private static void worksWhole(Path place) throws DoppelException {
        try (Catalog catalog = Catalog.open(place)) {
            catalog.hosts().add(new HostRecord("h", "t", Map.of()));
            assertEquals(1, catalog.hosts().all().size());
            assertEquals(0, catalog.runs().newest(1).size());
            assertEquals(0, catalog.versions().count("v"));
        }
    }
}
