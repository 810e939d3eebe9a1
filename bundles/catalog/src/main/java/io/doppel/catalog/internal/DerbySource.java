package io.doppel.catalog.internal;

import java.sql.Connection;
import java.sql.SQLException;
import org.apache.derby.jdbc.EmbeddedDataSource;

/**
 * Connections to one Derby database that can be written. When its disk is full, Derby shuts the database down in the middle of a transaction,
 * starts it again for reading only as long as nothing can be written, and then leaves it so. Here it is started anew until it can be
 * written.
 */
final class DerbySource extends EmbeddedDataSource {
    private static final long serialVersionUID = 1L;

    /** SQL state of a database that can only be read. */
    static final String READ_ONLY = "25502";

    private transient volatile boolean down;

    DerbySource(String place) {
        setDatabaseName(place);
    }

    /** Whether the last connection could not be made. */
    boolean isDown() {
        return down;
    }

    @Override
    public synchronized Connection getConnection() throws SQLException {
        boolean made = false;
        try {
            Connection connection = writable();
            made = true;
            return connection;
        } finally {
            down = !made;
        }
    }

    private Connection writable() throws SQLException {
        Connection connection = super.getConnection();
        if (!connection.isReadOnly()) {
            return connection;
        }
        connection.close();
        DerbyDatabase.shutDown(getDatabaseName());
        connection = super.getConnection();
        if (connection.isReadOnly()) {
            connection.close();
            throw new SQLException("The database can only be read: its disk is full or must not be written", READ_ONLY);
        }
        return connection;
    }
}
