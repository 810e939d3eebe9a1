package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.VersionRecords;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

final class SqlVersions implements VersionRecords {
    /** Characters of JSON that the list of problems may take, quotes and escapes included. */
    private static final int PROBLEM_ROOM = Columns.WIDE / 2;

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
        database.change(connection -> {
            for (String id : ids) {
                remove(connection, vault, id);
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

    @Override
    public void replaceAll(String vault, List<VersionView> versions) throws DoppelException {
        database.change(connection -> {
            removeAll(connection, vault);
            insert(connection, versions);
        });
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
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM versions WHERE vault = ?")) {
            delete.setString(1, vault);
            delete.executeUpdate();
        }
    }

    private List<VersionView> select(String where, List<String> values) throws DoppelException {
        return database.call(connection -> {
            List<VersionView> versions = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT * FROM versions WHERE 1 = 1" + where + " ORDER BY taken DESC, id")) {
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
                Columns.list(row, "problems"));
    }

    private static void insert(Connection connection, List<VersionView> versions) throws SQLException, DoppelException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO versions (vault, id, host, machine_id, machine_name, taken, disks, logical_bytes, data_bytes,"
                        + " stored_bytes, consistency, health, validated, problems, new_bytes)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (VersionView version : versions) {
                insert.setString(1, version.vault());
                insert.setString(2, version.id());
                insert.setString(3, version.host());
                insert.setString(4, Columns.shortened(version.machineId(), Columns.NAMES));
                insert.setString(5, Columns.shortened(version.machineName(), Columns.NAMES));
                insert.setLong(6, Columns.micros(version.takenAt()));
                insert.setInt(7, version.disks());
                insert.setLong(8, version.logicalBytes());
                insert.setLong(9, version.dataBytes());
                insert.setLong(10, version.storedBytes());
                insert.setString(11, version.consistency());
                insert.setString(12, version.health().name());
                insert.setLong(13, Columns.micros(version.validatedAt()));
                insert.setString(14, Columns.json(fitting(version.problems())));
                insert.setLong(15, version.newBytes());
                insert.executeUpdate();
            }
        }
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
