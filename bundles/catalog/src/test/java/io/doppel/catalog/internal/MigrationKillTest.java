package io.doppel.catalog.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.HostRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations that are killed, that fail, and that are newer than we are. */
class MigrationKillTest {
    private static final List<Migrations.Step> TWO = List.of(
            new Migrations.Step(1, List.of("CREATE TABLE a (x INTEGER)")),
            new Migrations.Step(2, List.of("CREATE TABLE b (x INTEGER)", "INSERT INTO a VALUES (1)", "BROKEN")));

    @TempDir
    Path folder;

    /**
     * What a kill leaves is what the files hold at that moment, so a copy of them stands for it. From nothing to the whole schema, and
     * from the first step with a record in it.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheFilesHoldBeforeAndAfterEveryStatementGoesOn(boolean upgrade) throws Exception {
        List<String> whole = migratedSchema(folder.resolve("unharmed"), 1);
        Path place = folder.resolve("watched");
        if (upgrade) {
            makeFirstStep(place);
        }
        AtomicInteger moments = new AtomicInteger();
        try (DerbyDatabase real = DerbyDatabase.open(place)) {
            Database watched = WatchedDatabase.of(real, (nth, after) -> {
                if (after == upgrade) {
                    Path left = copy(place, folder.resolve("left"));
                    assertEquals(whole, migratedSchema(left, upgrade ? 2 : 1), "statement " + nth);
                    delete(left);
                    moments.incrementAndGet();
                }
            });
            Migrations.run(watched, Migrations.ours());
        }
        assertTrue(moments.get() >= statementsAndCommits(upgrade), () -> "only " + moments);
    }

    /** The same with processes that are killed in truth, at some of the points; {@code doppel.kills.every} says at every how manyth. */
    @ParameterizedTest
    @ValueSource(strings = {"before", "after"})
    void killedBeforeOrAfterAStatementItGoesOn(String when) throws Exception {
        int every = Integer.getInteger("doppel.kills.every", 20);
        List<String> whole = migratedSchema(folder.resolve("unharmed"), 1);
        boolean upgrade = when.equals("after");
        Path oneStep = folder.resolve("one step");
        makeFirstStep(oneStep);
        int kills = 0;
        int ended = MigrationChild.HALTED;
        for (int nth = 1; ended == MigrationChild.HALTED; nth += every) {
            Path place = folder.resolve(when + nth);
            Path log = folder.resolve(when + nth + ".log");
            if (upgrade) {
                copy(oneStep, place);
            }
            ended = KilledChild.run(log, MigrationChild.class, place.toString(), Integer.toString(nth), when);
            assertTrue(ended == MigrationChild.HALTED || ended == 0, Files.readString(log));
            kills += ended == 0 ? 0 : 1;
            assertEquals(whole, migratedSchema(place, upgrade ? 2 : 1), when + nth);
        }
        assertTrue(kills >= statementsAndCommits(upgrade) / every, "only " + kills);
    }

    /** A step is its statements, the row that tells of it, and the commit of both. */
    private static int statementsAndCommits(boolean upgrade) {
        return Migrations.ours().stream()
                .skip(upgrade ? 1 : 0)
                .mapToInt(step -> step.statements().size() + 2)
                .sum();
    }

    private static void makeFirstStep(Path place) throws DoppelException {
        try (DerbyDatabase database = DerbyDatabase.open(place)) {
            Migrations.run(database, Migrations.ours().subList(0, 1));
            new SqlHosts(database).add(new HostRecord("kept", "t", Map.of("k", "v")));
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path p : all.toList()) {
                Files.copy(p, to.resolve(from.relativize(p).toString()));
            }
        }
        return to;
    }

    private static void delete(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }

    /** Columns and indexes of all tables of ours after the steps that were missing; the tables must take a host. */
    private static List<String> migratedSchema(Path place, int hosts) throws DoppelException {
        try (DerbyDatabase database = DerbyDatabase.open(place)) {
            Migrations.run(database, Migrations.ours());
            new SqlHosts(database).add(new HostRecord("h", "t", Map.of()));
            assertEquals(hosts, new SqlHosts(database).all().size());
            return database.call(connection -> {
                List<String> all = new ArrayList<>();
                try (var columns = connection.getMetaData().getColumns(null, "APP", "%", "%")) {
                    while (columns.next()) {
                        all.add(columns.getString(3) + "." + columns.getString(4) + " " + columns.getString(6) + " "
                                + columns.getInt(7) + " " + columns.getString(18));
                    }
                }
                for (String table : all.stream()
                        .map(c -> c.substring(0, c.indexOf('.')))
                        .distinct()
                        .toList()) {
                    try (var indexes = connection.getMetaData().getIndexInfo(null, "APP", table, false, true)) {
                        while (indexes.next()) {
                            all.add(table + " index of " + indexes.getString(9) + " unique " + !indexes.getBoolean(4));
                        }
                    }
                }
                assertTrue(all.size() > 20, () -> "Found only " + all);
                return all.stream().sorted().toList();
            });
        }
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
