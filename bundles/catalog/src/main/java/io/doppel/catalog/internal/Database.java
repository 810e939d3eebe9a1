package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.CatalogError;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Runs transactions on a pooled data source. Knows no database product. */
class Database {
    private static final int ATTEMPTS = 4;

    private final DataSource source;
    private volatile Runnable listener = () -> {};

    Database(DataSource source) {
        this.source = source;
    }

    DataSource source() {
        return source;
    }

    /** What happens in one transaction. It may be run again from its start after a conflict with another one. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException, DoppelException;
    }

    /** What happens in one transaction without a result. */
    @FunctionalInterface
    interface Change {
        void run(Connection connection) throws SQLException, DoppelException;
    }

    /** Runs the work in one transaction, committed on return and rolled back on failure. */
    <T> T call(Work<T> work) throws DoppelException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = connection()) {
                return transaction(connection, work);
            } catch (SQLException e) {
                if (isLost(e)) {
                    lost();
                }
                if (attempt == ATTEMPTS || !isConflict(e)) {
                    throw failure(e);
                }
            }
        }
    }

    /** Who is told after each {@link #write} and {@link #change}, on the thread that made it. */
    void onChange(Runnable told) {
        listener = told;
    }

    /** As {@link #call}, for what people would miss if it were lost; who listens is told of it. */
    <T> T write(Work<T> work) throws DoppelException {
        T result = call(work);
        listener.run();
        return result;
    }

    void change(Change change) throws DoppelException {
        write(connection -> {
            change.run(connection);
            return null;
        });
    }

    /** As {@link #change}, of what goes on all the time; nobody is told. */
    void note(Change change) throws DoppelException {
        call(connection -> {
            change.run(connection);
            return null;
        });
    }

    private static <T> T transaction(Connection connection, Work<T> work) throws SQLException, DoppelException {
        connection.setAutoCommit(false);
        boolean committed = false;
        try {
            T result = work.run(connection);
            connection.commit();
            committed = true;
            return result;
        } finally {
            if (!committed) {
                connection.rollback();
            }
        }
    }

    private Connection connection() throws SQLException {
        checkUp();
        return source.getConnection();
    }

    /** Fails at once where it is known that there is no connection to be had. */
    void checkUp() throws SQLException {}

    /** A connection broke; finds out whether others can be had. */
    void lost() {}

    /** Class 08: connections. */
    private static boolean isLost(SQLException e) {
        return String.valueOf(e.getSQLState()).startsWith("08");
    }

    /** Deadlocks and serialization failures (class 40), and two inserts of one key that raced (class 23). */
    private static boolean isConflict(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("40") || state.startsWith("23"));
    }

    private static DoppelException failure(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        if (state.equals("22001")) {
            return new DoppelException(CatalogError.TOO_LONG, "A value does not fit its column", e);
        }
        if (state.equals(DerbySource.READ_ONLY)) {
            return new DoppelException(CatalogError.READ_ONLY, "The catalogue's database cannot be written", e);
        }
        return new DoppelException(
                CatalogError.DATABASE, "The database answered '" + e.getMessage() + "' (" + state + ")", e);
    }
}
