package io.doppel.catalog.internal;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A table as the database describes it, so that tables that are added later are exported like the others. Names are in lower case.
 *
 * @param name its name
 * @param columns types ({@link Types}) by name, in order
 * @param key names of its key's columns, or of all columns if it has none
 * @param parents tables that it refers to
 */
record SqlTable(String name, Map<String, Integer> columns, List<String> key, Set<String> parents) {
    private static final String STEPS = "schema_steps";

    /** All tables but that of the schema's steps; what a table refers to comes before it. */
    static List<SqlTable> all(Connection connection) throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        Map<String, String> names = new TreeMap<>();
        try (ResultSet row = data.getTables(null, connection.getSchema(), null, new String[] {"TABLE"})) {
            while (row.next()) {
                String name = row.getString("TABLE_NAME");
                names.put(name.toLowerCase(Locale.ROOT), name);
            }
        }
        names.remove(STEPS);
        List<SqlTable> tables = new ArrayList<>();
        for (Map.Entry<String, String> name : names.entrySet()) {
            tables.add(read(data, connection.getSchema(), name.getKey(), name.getValue()));
        }
        return sorted(tables);
    }

    private static SqlTable read(DatabaseMetaData data, String schema, String name, String spelt) throws SQLException {
        Map<String, Integer> columns = new LinkedHashMap<>();
        try (ResultSet row = data.getColumns(null, schema, spelt, null)) {
            while (row.next()) {
                columns.put(row.getString("COLUMN_NAME").toLowerCase(Locale.ROOT), row.getInt("DATA_TYPE"));
            }
        }
        Map<Integer, String> key = new TreeMap<>();
        try (ResultSet row = data.getPrimaryKeys(null, schema, spelt)) {
            while (row.next()) {
                key.put(row.getInt("KEY_SEQ"), row.getString("COLUMN_NAME").toLowerCase(Locale.ROOT));
            }
        }
        Set<String> parents = new TreeSet<>();
        try (ResultSet row = data.getImportedKeys(null, schema, spelt)) {
            while (row.next()) {
                parents.add(row.getString("PKTABLE_NAME").toLowerCase(Locale.ROOT));
            }
        }
        List<String> ordered = key.isEmpty() ? List.copyOf(columns.keySet()) : List.copyOf(key.values());
        return new SqlTable(name, columns, ordered, parents);
    }

    private static List<SqlTable> sorted(List<SqlTable> tables) {
        Map<String, SqlTable> done = new LinkedHashMap<>();
        while (done.size() < tables.size()) {
            int before = done.size();
            for (SqlTable table : tables) {
                if (done.keySet().containsAll(table.parents())) {
                    done.putIfAbsent(table.name(), table);
                }
            }
            if (done.size() == before) {
                throw new IllegalStateException("tables refer to each other in a circle");
            }
        }
        return List.copyOf(done.values());
    }
}
