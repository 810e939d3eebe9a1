package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.MemoryRecords;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** Long texts stand in several rows, because a column holds no more than {@link Columns#WIDE} characters. */
final class SqlMemory implements MemoryRecords {
    private static final int LONGEST_KEY = 64;
    private static final int LARGEST_VALUE = 64 << 10;

    private final Database database;

    SqlMemory(Database database) {
        this.database = database;
    }

    @Override
    public Map<String, String> of(String host) throws DoppelException {
        return database.call(connection -> {
            Map<String, String> memory = new TreeMap<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT memory_key, memory_text FROM host_memory WHERE host = ? ORDER BY memory_key, part")) {
                select.setString(1, host);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        memory.merge(row.getString(1), row.getString(2), String::concat);
                    }
                }
            }
            return memory;
        });
    }

    @Override
    public void put(String host, String key, String value) throws DoppelException {
        check(key, value);
        database.change(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM host_memory WHERE host = ? AND memory_key = ?")) {
                delete.setString(1, host);
                delete.setString(2, key);
                delete.executeUpdate();
            }
            insert(connection, host, key, value);
        });
    }

    @Override
    public void replace(String host, Map<String, String> memory) throws DoppelException {
        for (Map.Entry<String, String> e : memory.entrySet()) {
            check(e.getKey(), e.getValue());
        }
        database.change(connection -> {
            removeAll(connection, host);
            for (Map.Entry<String, String> e : memory.entrySet()) {
                insert(connection, host, e.getKey(), e.getValue());
            }
        });
    }

    static void removeAll(Connection connection, String host) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM host_memory WHERE host = ?")) {
            delete.setString(1, host);
            delete.executeUpdate();
        }
    }

    private static void check(String key, String value) throws DoppelException {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (key.isEmpty() || key.length() > LONGEST_KEY || bytes > LARGEST_VALUE) {
            throw new DoppelException(
                    CatalogError.TOO_LONG,
                    "A plug-in wants to remember " + bytes + " bytes under a key of " + key.length() + " characters");
        }
    }

    private static void insert(Connection connection, String host, String key, String value) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO host_memory (host, memory_key, part, memory_text) VALUES (?, ?, ?, ?)")) {
            int part = 0;
            int from = 0;
            do {
                int to = Math.min(value.length(), from + Columns.WIDE);
                if (to < value.length() && Character.isHighSurrogate(value.charAt(to - 1))) {
                    to--;
                }
                insert.setString(1, host);
                insert.setString(2, key);
                insert.setInt(3, part++);
                insert.setString(4, value.substring(from, to));
                insert.executeUpdate();
                from = to;
            } while (from < value.length());
        }
    }
}
