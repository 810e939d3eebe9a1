package io.doppel.catalog.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.CatalogRebuild;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a catalogue of an export: first of the schema that it has, so that the steps that came later migrate it as they would any other. */
public final class SqlRebuild implements CatalogRebuild {
    private final DerbyDatabase database;
    private final Map<String, SqlTable> tables = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    /** Parts of tables that refer to others wait for these. */
    private final Map<String, List<byte[]>> waiting = new HashMap<>();

    private boolean closed;

    private SqlRebuild(DerbyDatabase database) throws DoppelException {
        this.database = database;
        for (SqlTable table : database.call(SqlTable::all)) {
            tables.put(table.name(), table);
            order.add(table.name());
        }
    }

    /** As {@link CatalogRebuild#begin}. */
    public static SqlRebuild begin(Path folder, int schema) throws DoppelException {
        List<Migrations.Step> ours = Migrations.ours();
        if (schema > ours.size()) {
            throw new DoppelException(
                    CatalogError.NEWER_SCHEMA,
                    "What was exported has schema " + schema + ", this version of Doppel knows " + ours.size());
        }
        if (schema < 1) {
            throw bad("it has schema " + schema, null);
        }
        DerbyDatabase database = DerbyDatabase.open(folder);
        boolean done = false;
        try {
            Migrations.run(database, ours.subList(0, schema));
            SqlRebuild rebuild = new SqlRebuild(database);
            done = true;
            return rebuild;
        } finally {
            if (!done) {
                database.close();
            }
        }
    }

    private static DoppelException bad(String why, Throwable cause) {
        return new DoppelException(CatalogError.BAD_EXPORT, "An export cannot be used: " + why, cause);
    }

    @Override
    public void part(byte[] text) throws DoppelException {
        int end = 0;
        while (end < text.length && text[end] != '\n') {
            end++;
        }
        String name = parse(new String(text, 0, end, StandardCharsets.UTF_8))
                .path(SqlExport.TABLE)
                .asText();
        SqlTable table = tables.get(name);
        if (table == null) {
            throw bad("there is no table '" + name + "' in its schema", null);
        }
        if (table.parents().isEmpty()) {
            insert(table, text);
        } else {
            // as text, which takes less memory
            waiting.computeIfAbsent(name, n -> new ArrayList<>()).add(text.clone());
        }
    }

    private static JsonNode parse(String line) throws DoppelException {
        try {
            return SqlExport.JSON.readTree(line);
        } catch (IOException e) {
            throw bad("a line is not JSON", e);
        }
    }

    private void insert(SqlTable table, byte[] text) throws DoppelException {
        String[] lines = new String(text, StandardCharsets.UTF_8).split("\n");
        List<JsonNode> rows = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            rows.add(parse(lines[i]));
        }
        insert(table, rows);
    }

    private void insert(SqlTable table, List<JsonNode> rows) throws DoppelException {
        List<String> columns = List.copyOf(table.columns().keySet());
        String sql = "INSERT INTO " + table.name() + " (" + String.join(", ", columns) + ") VALUES ("
                + "?, ".repeat(columns.size() - 1) + "?)";
        try {
            database.note(connection -> insert(connection, sql, table, columns, rows));
        } catch (DoppelException e) {
            if (e.is(CatalogError.BAD_EXPORT)) {
                throw e;
            }
            throw bad("rows of table '" + table.name() + "' do not fit: " + e.what(), e);
        }
    }

    private static void insert(
            Connection connection, String sql, SqlTable table, List<String> columns, List<JsonNode> rows)
            throws SQLException, DoppelException {
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (JsonNode row : rows) {
                if (row.size() != columns.size()) {
                    throw bad("a row of table '" + table.name() + "' has " + row.size() + " columns", null);
                }
                for (int i = 0; i < columns.size(); i++) {
                    JsonNode value = row.get(columns.get(i));
                    set(insert, i + 1, table.columns().get(columns.get(i)), value);
                }
                insert.executeUpdate();
            }
        }
    }

    private static void set(PreparedStatement insert, int index, int type, JsonNode value)
            throws SQLException, DoppelException {
        if (value == null) {
            throw bad("a row lacks a column", null);
        }
        if (value.isNull()) {
            insert.setNull(index, type);
        } else if (type == Types.VARCHAR && value.isTextual()) {
            insert.setString(index, value.textValue());
        } else if ((type == Types.BIGINT || type == Types.INTEGER) && value.canConvertToLong()) {
            insert.setLong(index, value.longValue());
        } else if ((type == Types.BOOLEAN || type == Types.BIT) && value.isBoolean()) {
            insert.setBoolean(index, value.booleanValue());
        } else {
            throw bad("a value has another type than its column", null);
        }
    }

    @Override
    public void finish() throws DoppelException {
        for (String name : order) {
            for (byte[] text : waiting.getOrDefault(name, List.of())) {
                insert(tables.get(name), text);
            }
        }
        Migrations.run(database, Migrations.ours());
        close();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            database.close();
        }
    }
}
