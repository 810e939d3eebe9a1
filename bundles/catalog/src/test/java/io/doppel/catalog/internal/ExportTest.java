package io.doppel.catalog.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.LogLine;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.CatalogRebuild;
import io.doppel.catalog.ExportBounds;
import io.doppel.catalog.HostRecord;
import io.doppel.catalog.PinRecord;
import io.doppel.catalog.PolicyRecord;
import io.doppel.catalog.UseRecord;
import io.doppel.catalog.VaultRecord;
import io.doppel.spi.hypervisor.BaseToken;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported makes the same catalogue again. */
class ExportTest {
    private static final Instant AT = Instant.parse("2026-11-21T01:02:03.456789Z");
    private static final JobDefinition NIGHTLY =
            new JobDefinition("nightly", "backup", List.of("ho st/ß*", "*"), Map.of("vault", "v1"));

    @TempDir
    Path folder;

    private Catalog catalog;

    @BeforeEach
    void open() throws DoppelException {
        catalog = Catalog.open(folder.resolve("old"));
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private List<String> parts(ExportBounds bounds) throws DoppelException {
        List<String> parts = new ArrayList<>();
        catalog.export(bounds, (table, text) -> parts.add(new String(text, StandardCharsets.UTF_8)));
        return parts;
    }

    private List<String> parts() throws DoppelException {
        return parts(ExportBounds.RECOVERY);
    }

    private Catalog rebuilt(int schema, List<String> parts) throws DoppelException {
        Path place = folder.resolve("new");
        try (CatalogRebuild rebuild = CatalogRebuild.begin(place, schema)) {
            for (String part : parts) {
                rebuild.part(part.getBytes(StandardCharsets.UTF_8));
            }
            rebuild.finish();
        }
        return Catalog.open(place);
    }

    private static VersionView version(int i) {
        String id = String.format("%032x", new Random(i).nextLong());
        return new VersionView(
                id, "v", "h", "m-" + i, "ü " + i, AT, 2, 1, 2, 3, 4, "CRASH", VersionView.Health.VALID, AT, List.of());
    }

    private JobRun run(int lines) throws DoppelException {
        JobRun run = catalog.runs().add(NIGHTLY, AT);
        long task = catalog.runs()
                .addTask(run.id(), Optional.empty(), "m \n \"quoted\"", JobState.SUCCEEDED, Optional.of(AT))
                .id();
        catalog.runs().addTask(run.id(), Optional.of(task), "below", JobState.FAILED, Optional.empty());
        for (int i = 0; i < lines; i++) {
            catalog.runs().addLine(run.id(), new LogLine(AT, task, LogLine.Level.WARNING, "line 🙂 " + i));
        }
        return catalog.runs().find(run.id()).orElseThrow();
    }

    @Test
    void everythingIsThereAgain() throws Exception {
        catalog.hosts().add(new HostRecord("h", "folder", Map.of("path", "/a b/ü", "!password", "ref-1")));
        catalog.vaults().add(new VaultRecord("v", "0123", "local", Map.of("path", "/v"), true, false));
        catalog.definitions().put(NIGHTLY);
        catalog.versions().put(version(1));
        catalog.versions().bootTested("v", version(1).id(), new BootTest(AT, true, "it said ping"));
        catalog.memory().put("h", "key", "x".repeat(70_000).substring(0, 64_000));
        catalog.bases()
                .replace("h", "m-1", "0123", List.of(new BaseToken("m-1", "0", "0123", "inst", "version", "token")));
        PolicyRecord policy =
                new PolicyRecord(new PolicyRecord.Scope("0123", "", "h", "m-1"), Map.of("keep-last", "3"));
        catalog.retention().putPolicy(policy);
        catalog.retention().putRole("0123", "OFFSITE");
        catalog.retention().putPin(new PinRecord("0123", "version", "court", "admin", AT));
        catalog.use().put(new UseRecord("0123", AT, 5, 6));
        JobRun run = run(3);
        try (Catalog again = rebuilt(catalog.schema(), parts())) {
            assertEquals(catalog.hosts().all(), again.hosts().all());
            assertEquals(catalog.vaults().all(), again.vaults().all());
            assertEquals(catalog.definitions().all(), again.definitions().all());
            assertEquals(
                    catalog.versions().list(Optional.empty(), Optional.empty()),
                    again.versions().list(Optional.empty(), Optional.empty()));
            assertTrue(again.versions()
                    .list(Optional.empty(), Optional.empty())
                    .get(0)
                    .bootTest()
                    .isPresent());
            assertEquals(catalog.memory().of("h"), again.memory().of("h"));
            assertEquals(catalog.bases().find("h", "m-1", "0123"), again.bases().find("h", "m-1", "0123"));
            assertEquals(1, again.bases().find("h", "m-1", "0123").size());
            assertEquals(catalog.retention().policies(), again.retention().policies());
            assertEquals(catalog.retention().role("0123"), again.retention().role("0123"));
            assertEquals(catalog.retention().pins(), again.retention().pins());
            assertEquals(catalog.use().find("0123"), again.use().find("0123"));
            assertEquals(run, again.runs().find(run.id()).orElseThrow());
            assertEquals(catalog.runs().tasks(run.id()), again.runs().tasks(run.id()));
            assertEquals(catalog.runs().log(run.id()), again.runs().log(run.id()));
            assertEquals(run.id() + 1, again.runs().add(NIGHTLY, AT).id());
        }
    }

    @Test
    void theOrderOfPartsDoesNotMatter() throws Exception {
        JobRun run = run(2);
        List<String> parts = parts();
        Collections.reverse(parts);
        try (Catalog again = rebuilt(catalog.schema(), parts)) {
            assertEquals(catalog.runs().log(run.id()), again.runs().log(run.id()));
        }
    }

    @Test
    void aChangeChangesFewParts() throws Exception {
        List<VersionView> versions = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            versions.add(version(i));
        }
        catalog.versions().replaceAll("v", versions);
        Set<String> before = new HashSet<>(parts());
        assertTrue(before.size() > 8, "parts " + before.size());
        catalog.versions().put(version(3001));
        List<String> after = parts();
        assertTrue(after.stream().filter(p -> !before.contains(p)).count() <= 2);
        catalog.versions().remove("v", List.of(versions.get(1500).id()));
        Set<String> known = new HashSet<>(after);
        assertTrue(parts().stream().filter(p -> !known.contains(p)).count() <= 2);
    }

    @Test
    void oldRunsAndTheirLogsAreLeftOut() throws Exception {
        for (int i = 0; i < 6; i++) {
            run(4);
        }
        try (Catalog again = rebuilt(catalog.schema(), parts(new ExportBounds(4, 3, 10)))) {
            assertEquals(catalog.runs().newest(4), again.runs().newest(100));
            assertEquals(List.of(), again.runs().tasks(3));
            assertEquals(2, again.runs().tasks(4).size());
            assertEquals(List.of(), again.runs().log(3));
            assertEquals(2, again.runs().log(4).size());
            assertEquals(4, again.runs().log(6).size());
        }
    }

    /** As an older version of Doppel would have exported it. */
    @Test
    void anExportOfAnOlderSchemaIsMigrated() throws Exception {
        List<String> parts = new ArrayList<>();
        int schema = 5;
        try (DerbyDatabase older = DerbyDatabase.open(folder.resolve("of old"))) {
            Migrations.run(older, Migrations.ours().subList(0, schema));
            older.change(connection -> insertVersion(connection));
            new SqlExport(
                            older,
                            ExportBounds.RECOVERY,
                            (table, text) -> parts.add(new String(text, StandardCharsets.UTF_8)))
                    .run();
        }
        assertTrue(parts.stream().noneMatch(p -> p.contains("new_bytes")));
        try (Catalog again = rebuilt(schema, parts)) {
            VersionView version =
                    again.versions().list(Optional.empty(), Optional.empty()).get(0);
            assertEquals("m", version.machineName());
            assertEquals(-1, version.newBytes());
        }
    }

    private static void insertVersion(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO versions VALUES ('v', 'id', 'h', 'm', 'm', 1, 2, 3, 4, 5, 'CRASH', 'VALID', 6, '[]')")) {
            insert.executeUpdate();
        }
    }

    @Test
    void whatIsNewerOrBrokenIsRefused() throws Exception {
        run(1);
        List<String> parts = parts();
        DoppelException e = assertThrows(DoppelException.class, () -> rebuilt(catalog.schema() + 1, parts));
        assertEquals(CatalogError.NEWER_SCHEMA.id(), e.code().id());
        int n = 0;
        for (String broken : List.of(
                parts.get(0).replace("{", "["),
                "{\"table\":\"nothing\"}\n{}\n",
                "{\"table\":\"hosts\"}\n{\"name\":\"x\"}\n",
                "{\"table\":\"hosts\"}\n{\"name\":1,\"host_type\":\"\",\"settings\":\"\"}\n",
                "{\"table\":\"hosts\"}\n{\"name\":null,\"host_type\":\"\",\"settings\":\"\"}\n")) {
            try (CatalogRebuild rebuild = CatalogRebuild.begin(folder.resolve("broken" + n++), catalog.schema())) {
                e = assertThrows(
                        DoppelException.class, () -> rebuild.part(broken.getBytes(StandardCharsets.UTF_8)), broken);
                assertEquals(CatalogError.BAD_EXPORT.id(), e.code().id());
            }
        }
        // a task whose run is missing
        try (CatalogRebuild rebuild = CatalogRebuild.begin(folder.resolve("torn"), catalog.schema())) {
            for (String part : parts) {
                if (!part.startsWith("{\"table\":\"runs\"")) {
                    rebuild.part(part.getBytes(StandardCharsets.UTF_8));
                }
            }
            e = assertThrows(DoppelException.class, rebuild::finish);
            assertEquals(CatalogError.BAD_EXPORT.id(), e.code().id());
        }
    }

    /** A table that a later step adds is in the export without anybody thinking of it; its types have to be ones that are exported. */
    @Test
    void allTablesAreExported() throws Exception {
        try (DerbyDatabase database = DerbyDatabase.open(folder.resolve("more"))) {
            Migrations.run(database, Migrations.ours());
            database.change(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("CREATE TABLE added_later (name VARCHAR(10) NOT NULL PRIMARY KEY, flag BOOLEAN)");
                    statement.execute("INSERT INTO added_later VALUES ('x', NULL)");
                }
            });
            List<String> tables = new ArrayList<>();
            new SqlExport(database, ExportBounds.RECOVERY, (table, text) -> tables.add(table)).run();
            assertEquals(List.of("added_later"), tables);
        }
    }

    @Test
    void changesAreToldAndWhatGoesOnAllTheTimeIsNot() throws Exception {
        AtomicInteger told = new AtomicInteger();
        catalog.onChange(told::incrementAndGet);
        catalog.hosts().add(new HostRecord("h", "folder", Map.of()));
        assertEquals(1, told.get());
        catalog.hosts().all();
        run(3);
        assertEquals(1, told.get());
        catalog.hosts().remove("h");
        catalog.memory().put("h", "key", "value");
        assertEquals(3, told.get());
    }
}
