package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What those have in common who keep single rows. */
abstract class SqlRows {
    private final Database database;

    SqlRows(Database database) {
        this.database = database;
    }

    /** Sets the values of a row and after them its key. */
    @FunctionalInterface
    interface Binder {
        void bind(PreparedStatement statement) throws SQLException, DoppelException;
    }

    /** Reads a row. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException, DoppelException;
    }

    /** Updates a row, or inserts it if there is none; both statements take the same values in the same order. */
    final void put(String update, String insert, Binder row) throws DoppelException {
        database.change(connection -> {
            if (execute(connection, update, row) == 0) {
                execute(connection, insert, row);
            }
        });
    }

    /** Executes a statement; how many rows it concerned. */
    final int execute(String sql, Binder row) throws DoppelException {
        return database.write(connection -> execute(connection, sql, row));
    }

    private static int execute(Connection connection, String sql, Binder row) throws SQLException, DoppelException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            row.bind(statement);
            return statement.executeUpdate();
        }
    }

    /** The rows that a query gives. */
    final <T> List<T> select(String sql, Binder key, Reader<T> reader) throws DoppelException {
        return database.call(connection -> {
            List<T> found = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                key.bind(select);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(reader.read(row));
                    }
                }
            }
            return found;
        });
    }
}
