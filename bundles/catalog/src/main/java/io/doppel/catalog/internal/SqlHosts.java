package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.HostRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

final class SqlHosts extends SqlNamed<HostRecord> {
    SqlHosts(Database database) {
        super(database, "hosts", List.of("host_type", "settings"));
    }

    @Override
    String name(HostRecord host) {
        return host.name();
    }

    @Override
    int bind(PreparedStatement statement, HostRecord host) throws SQLException, DoppelException {
        statement.setString(1, host.type());
        statement.setString(2, Columns.json(host.settings()));
        return 3;
    }

    @Override
    void removeDependents(Connection connection, String name) throws SQLException {
        SqlMemory.removeAll(connection, name);
    }

    @Override
    HostRecord read(ResultSet row) throws SQLException, DoppelException {
        return new HostRecord(row.getString("name"), row.getString("host_type"), Columns.map(row, "settings"));
    }
}
