package io.doppel.catalog.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.NamedRecords;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A table whose key is the column {@code name}. */
abstract class SqlNamed<T> implements NamedRecords<T> {
    private static final int LONGEST_NAME = 255;

    private final Database database;
    private final String table;
    private final String insert;
    private final String update;

    /** @param columns the columns besides the name, in the order in which {@link #bind} sets them */
    SqlNamed(Database database, String table, List<String> columns) {
        this.database = database;
        this.table = table;
        this.insert = "INSERT INTO " + table + " (" + String.join(", ", columns) + ", name) VALUES ("
                + "?, ".repeat(columns.size()) + "?)";
        this.update = "UPDATE " + table + " SET " + String.join(" = ?, ", columns) + " = ? WHERE name = ?";
    }

    abstract String name(T record);

    /** Sets all columns but the name and returns the index behind them. */
    abstract int bind(PreparedStatement statement, T record) throws SQLException, DoppelException;

    abstract T read(ResultSet row) throws SQLException, DoppelException;

    /** Deletes what hangs on a record, in the same transaction. */
    void removeDependents(Connection connection, String name) throws SQLException {}

    @Override
    public void add(T record) throws DoppelException {
        check(record);
        database.change(connection -> {
            if (find(connection, name(record)).isPresent()) {
                throw new DoppelException(CommonError.EXISTS, "'" + name(record) + "' is taken");
            }
            execute(connection, insert, record);
        });
    }

    @Override
    public void put(T record) throws DoppelException {
        check(record);
        database.change(connection -> {
            if (execute(connection, update, record) == 0) {
                execute(connection, insert, record);
            }
        });
    }

    @Override
    public Optional<T> find(String name) throws DoppelException {
        return database.call(connection -> find(connection, name));
    }

    @Override
    public List<T> all() throws DoppelException {
        return database.call(connection -> {
            List<T> all = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("SELECT * FROM " + table + " ORDER BY name");
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    all.add(read(row));
                }
            }
            return all;
        });
    }

    @Override
    public boolean remove(String name) throws DoppelException {
        return database.write(connection -> {
            removeDependents(connection, name);
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM " + table + " WHERE name = ?")) {
                delete.setString(1, name);
                return delete.executeUpdate() > 0;
            }
        });
    }

    private void check(T record) throws DoppelException {
        if (name(record).length() > LONGEST_NAME) {
            throw new DoppelException(
                    CatalogError.TOO_LONG,
                    "A name of " + name(record).length() + " characters is longer than " + LONGEST_NAME);
        }
    }

    private Optional<T> find(Connection connection, String name) throws SQLException, DoppelException {
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM " + table + " WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(read(row)) : Optional.empty();
            }
        }
    }

    private int execute(Connection connection, String sql, T record) throws SQLException, DoppelException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(bind(statement, record), name(record));
            return statement.executeUpdate();
        }
    }
}
