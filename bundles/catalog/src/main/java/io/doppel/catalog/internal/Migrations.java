package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.CatalogError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Brings a database to a schema, one numbered step after the other. A step and its row in {@code schema_steps} are one
 * transaction (Derby and PostgreSQL roll back DDL), so being killed at any point leaves a whole earlier step.
 */
final class Migrations {
    private static final List<String> FILES = List.of(
            "001-settings.sql",
            "002-runs.sql",
            "003-versions.sql",
            "004-retention.sql",
            "005-validation.sql",
            "006-figures.sql",
            "007-host-memory.sql",
            "008-boot-tests.sql",
            "009-space.sql",
            "010-origins.sql");

    /**
     * A step.
     *
     * @param number 1 for the first, then ascending by one
     * @param statements what it does
     */
    record Step(int number, List<String> statements) {}

    private Migrations() {}

    /** The steps of this version of Doppel. */
    static List<Step> ours() {
        return FILES.stream()
                .map(file -> new Step(Integer.parseInt(file.substring(0, 3)), statements(file)))
                .toList();
    }

    private static List<String> statements(String file) {
        try (InputStream in = Migrations.class.getResourceAsStream("schema/" + file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.split(";"))
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(file, e);
        }
    }

    /** Runs the steps that the database lacks. */
    static void run(Database database, List<Step> steps) throws DoppelException {
        database.change(Migrations::makeTable);
        int reached = database.call(Migrations::reached);
        int known = steps.get(steps.size() - 1).number();
        if (reached > known) {
            throw new DoppelException(
                    CatalogError.NEWER_SCHEMA,
                    "The catalogue has schema " + reached + ", this version of Doppel knows " + known);
        }
        for (Step step : steps) {
            if (step.number() > reached) {
                run(database, step);
            }
        }
    }

    private static void run(Database database, Step step) throws DoppelException {
        try {
            database.change(connection -> {
                try (Statement statement = connection.createStatement()) {
                    for (String sql : step.statements()) {
                        statement.execute(sql);
                    }
                }
                try (PreparedStatement row =
                        connection.prepareStatement("INSERT INTO schema_steps (step, applied) VALUES (?, ?)")) {
                    row.setInt(1, step.number());
                    row.setLong(2, Columns.micros(Instant.now()));
                    row.executeUpdate();
                }
            });
        } catch (DoppelException e) {
            throw new DoppelException(CatalogError.MIGRATION, "Step " + step.number() + " failed: " + e.what(), e);
        }
    }

    private static void makeTable(Connection connection) throws SQLException {
        // No "IF NOT EXISTS" in Derby, and names are folded to different cases: both spellings are looked for.
        for (String name : List.of("schema_steps", "SCHEMA_STEPS")) {
            try (ResultSet found = connection.getMetaData().getTables(null, null, name, null)) {
                if (found.next()) {
                    return;
                }
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE schema_steps (step INTEGER NOT NULL PRIMARY KEY, applied BIGINT NOT NULL)");
        }
    }

    private static int reached(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT MAX(step) FROM schema_steps")) {
            row.next();
            return row.getInt(1);
        }
    }
}
