package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VersionOrigin;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.VersionRecords;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

final class SqlVersions implements VersionRecords {
    /** Characters of JSON that the list of problems may take, quotes and escapes included. */
    private static final int PROBLEM_ROOM = Columns.WIDE / 2;

    /** What the vault itself says of a version. */
    private static final String DESCRIPTION = "host, machine_id, machine_name, taken, disks, logical_bytes, data_bytes,"
            + " stored_bytes, new_bytes, consistency, origin_vault, origin_version";

    /** What was found out about it here. */
    private static final String STATE = "health, validated, problems";

    private final Database database;

    SqlVersions(Database database) {
        this.database = database;
    }

    @Override
    public void put(VersionView version) throws DoppelException {
        database.change(connection -> {
            remove(connection, version.vault(), version.id());
            insert(connection, List.of(version));
        });
    }

    @Override
    public void remove(String vault, Collection<String> ids) throws DoppelException {
        if (ids.isEmpty()) {
            return;
        }
        database.change(connection -> {
            for (String id : ids) {
                forget(connection, vault, id);
            }
        });
    }

    @Override
    public void bootTested(String vault, String id, BootTest result) throws DoppelException {
        database.change(connection -> {
            if (!ids(connection, vault).contains(id)) {
                return;
            }
            removeBootTest(connection, vault, id);
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO boot_tests (of_vault, of_version, tested, started, said) VALUES (?, ?, ?, ?, ?)")) {
                insert.setString(1, vault);
                insert.setString(2, id);
                insert.setLong(3, Columns.micros(result.at()));
                insert.setInt(4, result.started() ? 1 : 0);
                insert.setString(5, Columns.shortened(result.said(), Columns.SENTENCES));
                insert.executeUpdate();
            }
        });
    }

    @Override
    public void validSince(String vault, Collection<String> ids, Instant since) throws DoppelException {
        database.change(connection -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE versions SET health = ?, validated = ?, problems = ?"
                            + " WHERE vault = ? AND id = ? AND health <> ? AND validated < ?")) {
                update.setString(1, VersionView.Health.VALID.name());
                update.setLong(2, Columns.micros(since));
                update.setString(3, Columns.json(List.of()));
                update.setString(4, vault);
                update.setString(6, VersionView.Health.DAMAGED.name());
                update.setLong(7, Columns.micros(since));
                for (String id : ids) {
                    update.setString(5, id);
                    update.executeUpdate();
                }
            }
        });
    }

    private static void remove(Connection connection, String vault, String id) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM versions WHERE vault = ? AND id = ?")) {
            delete.setString(1, vault);
            delete.setString(2, id);
            delete.executeUpdate();
        }
    }

    /** The version and what is kept beside it. */
    private static void forget(Connection connection, String vault, String id) throws SQLException {
        remove(connection, vault, id);
        removeBootTest(connection, vault, id);
    }

    private static void removeBootTest(Connection connection, String vault, String id) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM boot_tests WHERE of_vault = ? AND of_version = ?")) {
            delete.setString(1, vault);
            delete.setString(2, id);
            delete.executeUpdate();
        }
    }

    @Override
    public void replaceAll(String vault, List<VersionView> versions) throws DoppelException {
        database.change(connection -> {
            Set<String> left = ids(connection, vault);
            for (VersionView version : versions) {
                if (left.remove(version.id())) {
                    update(connection, version);
                } else {
                    insert(connection, List.of(version));
                }
            }
            for (String id : left) {
                forget(connection, vault, id);
            }
        });
    }

    private static Set<String> ids(Connection connection, String vault) throws SQLException {
        Set<String> ids = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT id FROM versions WHERE vault = ?")) {
            select.setString(1, vault);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    ids.add(row.getString(1));
                }
            }
        }
        return ids;
    }

    /** In place, so that a state that is noted meanwhile is not lost, and nothing comes back that is removed meanwhile. */
    private static void update(Connection connection, VersionView version) throws SQLException, DoppelException {
        boolean damaged = version.health() == VersionView.Health.DAMAGED;
        String columns = (damaged ? STATE : DESCRIPTION).replace(",", " = ?,") + " = ?";
        String which = " WHERE vault = ? AND id = ?" + (damaged ? " AND health <> '" + version.health() + "'" : "");
        try (PreparedStatement update = connection.prepareStatement("UPDATE versions SET " + columns + which)) {
            int next = damaged ? bindState(update, 1, version) : bindDescription(update, 1, version);
            bindKey(update, next, version);
            update.executeUpdate();
        }
    }

    @Override
    public List<VersionView> list(Optional<String> vault, Optional<String> machine) throws DoppelException {
        StringBuilder where = new StringBuilder();
        List<String> values = new ArrayList<>();
        if (vault.isPresent()) {
            where.append(" AND vault = ?");
            values.add(vault.get());
        }
        if (machine.isPresent()) {
            where.append(" AND (machine_id = ? OR machine_name = ?)");
            values.add(machine.get());
            values.add(machine.get());
        }
        return select(where.toString(), values);
    }

    @Override
    public List<VersionView> startingWith(String idStart) throws DoppelException {
        return select(" AND SUBSTR(id, 1, " + idStart.length() + ") = ?", List.of(idStart));
    }

    @Override
    public int count(String vault) throws DoppelException {
        return database.call(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT COUNT(*) FROM versions WHERE vault = ?")) {
                select.setString(1, vault);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getInt(1);
                }
            }
        });
    }

    static void removeAll(Connection connection, String vault) throws SQLException {
        for (String sql :
                List.of("DELETE FROM versions WHERE vault = ?", "DELETE FROM boot_tests WHERE of_vault = ?")) {
            try (PreparedStatement delete = connection.prepareStatement(sql)) {
                delete.setString(1, vault);
                delete.executeUpdate();
            }
        }
    }

    private List<VersionView> select(String where, List<String> values) throws DoppelException {
        return database.call(connection -> {
            List<VersionView> versions = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT * FROM versions LEFT JOIN boot_tests ON of_vault = vault AND of_version = id WHERE 1 = 1"
                            + where + " ORDER BY taken DESC, id")) {
                for (int i = 0; i < values.size(); i++) {
                    select.setString(i + 1, values.get(i));
                }
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        versions.add(read(row));
                    }
                }
            }
            return versions;
        });
    }

    private static VersionView read(ResultSet row) throws SQLException, DoppelException {
        return new VersionView(
                row.getString("id"),
                row.getString("vault"),
                row.getString("host"),
                row.getString("machine_id"),
                row.getString("machine_name"),
                Columns.instant(row.getLong("taken")),
                row.getInt("disks"),
                row.getLong("logical_bytes"),
                row.getLong("data_bytes"),
                row.getLong("stored_bytes"),
                row.getLong("new_bytes"),
                row.getString("consistency"),
                VersionView.Health.valueOf(row.getString("health")),
                Columns.instant(row.getLong("validated")),
                Columns.list(row, "problems"),
                bootTest(row),
                origin(row));
    }

    private static Optional<VersionOrigin> origin(ResultSet row) throws SQLException {
        String vault = row.getString("origin_vault");
        return vault.isEmpty()
                ? Optional.empty()
                : Optional.of(new VersionOrigin(vault, row.getString("origin_version")));
    }

    private static Optional<BootTest> bootTest(ResultSet row) throws SQLException {
        Optional<Instant> at = Columns.instant(row, "tested");
        return at.isEmpty()
                ? Optional.empty()
                : Optional.of(new BootTest(at.get(), row.getInt("started") == 1, row.getString("said")));
    }

    private static void insert(Connection connection, List<VersionView> versions) throws SQLException, DoppelException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO versions (" + DESCRIPTION + ", "
                + STATE + ", vault, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (VersionView version : versions) {
                bindKey(insert, bindState(insert, bindDescription(insert, 1, version), version), version);
                insert.executeUpdate();
            }
        }
    }

    /** From that parameter on; the first one after it. */
    private static int bindDescription(PreparedStatement statement, int first, VersionView version)
            throws SQLException, DoppelException {
        int next = first;
        statement.setString(next++, version.host());
        statement.setString(next++, Columns.shortened(version.machineId(), Columns.NAMES));
        statement.setString(next++, Columns.shortened(version.machineName(), Columns.NAMES));
        statement.setLong(next++, Columns.micros(version.takenAt()));
        statement.setInt(next++, version.disks());
        statement.setLong(next++, version.logicalBytes());
        statement.setLong(next++, version.dataBytes());
        statement.setLong(next++, version.storedBytes());
        statement.setLong(next++, version.newBytes());
        statement.setString(next++, version.consistency());
        statement.setString(next++, version.origin().map(VersionOrigin::vaultId).orElse(""));
        statement.setString(
                next++, version.origin().map(VersionOrigin::versionId).orElse(""));
        return next;
    }

    private static int bindState(PreparedStatement statement, int first, VersionView version)
            throws SQLException, DoppelException {
        statement.setString(first, version.health().name());
        statement.setLong(first + 1, Columns.micros(version.validatedAt()));
        statement.setString(first + 2, Columns.json(fitting(version.problems())));
        return first + 3;
    }

    private static void bindKey(PreparedStatement statement, int first, VersionView version) throws SQLException {
        statement.setString(first, version.vault());
        statement.setString(first + 1, version.id());
    }

    /** The first problems, as many as have room, and how many more there are. */
    private static List<String> fitting(List<String> problems) {
        List<String> kept = new ArrayList<>();
        int length = 0;
        for (String problem : problems) {
            String text = Columns.shortened(problem, Columns.NAMES);
            length += text.length();
            if (length > PROBLEM_ROOM) {
                kept.add("… and " + (problems.size() - kept.size()) + " more");
                break;
            }
            kept.add(text);
        }
        return kept;
    }
}
