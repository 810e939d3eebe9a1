package io.doppel.catalog.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doppel.api.error.DoppelException;
import io.doppel.catalog.ExportBounds;
import io.doppel.catalog.ExportSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Hands out all tables as lines of JSON, ordered by their keys. Where a part ends is told by the keys of its rows, not by how many came
 * before, so that a row that is added or removed changes the part that it is in, and the others are what they were.
 */
final class SqlExport {
    /** First line of a part. */
    static final String TABLE = "table";

    static final ObjectMapper JSON = new ObjectMapper();

    /** A part is not ended before it has so many bytes. */
    private static final int LEAST = 16 << 10;
    /** From there on, each row ends it that is one of so many by its key. */
    private static final int ONE_OF = 64;
    /** And every row does at that size. */
    private static final int ENOUGH = 512 << 10;

    private final Database database;
    private final ExportBounds bounds;
    private final ExportSink sink;
    private final ByteArrayOutputStream part = new ByteArrayOutputStream();

    SqlExport(Database database, ExportBounds bounds, ExportSink sink) {
        this.database = database;
        this.bounds = bounds;
        this.sink = sink;
    }

    void run() throws DoppelException {
        // what refers to a run that is added meanwhile is left out, so that nothing refers to what is not there
        long newest = number("SELECT MAX(id) FROM runs");
        long first = nthNewest("runs", bounds.runs());
        long detailed = Math.max(first, nthNewest("runs", bounds.detailedRuns()));
        long firstLine = nthNewest("log_lines", bounds.lines());
        for (SqlTable table : database.call(SqlTable::all)) {
            String where = switch (table.name()) {
                case "runs" -> " WHERE id BETWEEN " + first + " AND " + newest;
                case "tasks" -> " WHERE run_id BETWEEN " + detailed + " AND " + newest;
                case "log_lines" -> " WHERE run_id BETWEEN " + detailed + " AND " + newest + " AND id >= " + firstLine;
                default -> "";
            };
            export(table, where);
        }
    }

    private long number(String sql) throws DoppelException {
        return database.call(connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql);
                    ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        });
    }

    /** Number of the n-th newest row, 0 if there are fewer. */
    private long nthNewest(String table, int n) throws DoppelException {
        return number(
                "SELECT id FROM " + table + " ORDER BY id DESC OFFSET " + (n - 1) + " ROWS FETCH FIRST 1 ROWS ONLY");
    }

    private void export(SqlTable table, String where) throws DoppelException {
        String sql = "SELECT * FROM " + table.name() + where + " ORDER BY " + String.join(", ", table.key());
        // read before any of it is handed out: who takes it may be slow, and rows are locked meanwhile
        List<byte[]> parts = database.call(connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql);
                    ResultSet row = select.executeQuery()) {
                return parts(table, row);
            }
        });
        for (byte[] text : parts) {
            sink.part(table.name(), text);
        }
    }

    private List<byte[]> parts(SqlTable table, ResultSet row) throws SQLException {
        List<byte[]> parts = new ArrayList<>();
        begin(table);
        int rows = 0;
        while (row.next()) {
            line(json(table, row));
            rows++;
            if (isEnd(table, row)) {
                parts.add(part.toByteArray());
                begin(table);
                rows = 0;
            }
        }
        if (rows > 0) {
            parts.add(part.toByteArray());
        }
        return parts;
    }

    private void begin(SqlTable table) {
        part.reset();
        line(JSON.createObjectNode().put(TABLE, table.name()));
    }

    private void line(ObjectNode object) {
        try {
            part.writeBytes(JSON.writeValueAsBytes(object));
            part.write('\n');
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isEnd(SqlTable table, ResultSet row) throws SQLException {
        if (part.size() < LEAST) {
            return false;
        }
        CRC32 crc = new CRC32();
        for (String column : table.key()) {
            crc.update(String.valueOf(row.getObject(column)).getBytes(StandardCharsets.UTF_8));
        }
        return part.size() >= ENOUGH || crc.getValue() % ONE_OF == 0;
    }

    private static ObjectNode json(SqlTable table, ResultSet row) throws SQLException {
        ObjectNode json = JSON.createObjectNode();
        for (Map.Entry<String, Integer> column : table.columns().entrySet()) {
            String name = column.getKey();
            switch (column.getValue()) {
                case Types.VARCHAR -> json.put(name, row.getString(name));
                case Types.BIGINT, Types.INTEGER -> {
                    long number = row.getLong(name);
                    if (row.wasNull()) {
                        json.putNull(name);
                    } else {
                        json.put(name, number);
                    }
                }
                case Types.BOOLEAN, Types.BIT -> {
                    boolean bool = row.getBoolean(name);
                    if (row.wasNull()) {
                        json.putNull(name);
                    } else {
                        json.put(name, bool);
                    }
                }
                default ->
                    throw new IllegalStateException(
                            "column " + table.name() + "." + name + " has a type that is not exported");
            }
        }
        return json;
    }
}
