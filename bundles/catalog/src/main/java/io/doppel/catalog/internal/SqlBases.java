package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.BaseRecords;
import io.doppel.spi.hypervisor.BaseToken;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

final class SqlBases implements BaseRecords {
    private static final String OF_ONE = " WHERE host = ? AND machine_id = ? AND consumer = ?";

    private final Database database;

    SqlBases(Database database) {
        this.database = database;
    }

    @Override
    public void replace(String host, String machineId, String consumer, List<BaseToken> bases) throws DoppelException {
        database.change(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM change_bases" + OF_ONE)) {
                bindKey(delete, host, machineId, consumer);
                delete.executeUpdate();
            }
            for (BaseToken base : bases) {
                insert(connection, host, base);
            }
        });
    }

    @Override
    public List<BaseToken> find(String host, String machineId, String consumer) throws DoppelException {
        return select(OF_ONE, List.of(host, machineId, consumer));
    }

    @Override
    public List<BaseToken> ofHost(String host) throws DoppelException {
        return select(" WHERE host = ?", List.of(host));
    }

    private List<BaseToken> select(String which, List<String> key) throws DoppelException {
        return database.call(connection -> {
            List<BaseToken> bases = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT * FROM change_bases" + which + " ORDER BY machine_id, consumer, disk_key")) {
                for (int i = 0; i < key.size(); i++) {
                    select.setString(i + 1, key.get(i));
                }
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        bases.add(new BaseToken(
                                row.getString("machine_id"),
                                row.getString("disk_key"),
                                row.getString("consumer"),
                                row.getString("installation_id"),
                                row.getString("version_id"),
                                row.getString("token")));
                    }
                }
            }
            return bases;
        });
    }

    private static void bindKey(PreparedStatement statement, String host, String machineId, String consumer)
            throws SQLException {
        statement.setString(1, host);
        statement.setString(2, machineId);
        statement.setString(3, consumer);
    }

    private static void insert(Connection connection, String host, BaseToken base) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO change_bases (host, machine_id, consumer, disk_key, installation_id, version_id, token)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            bindKey(insert, host, base.machineId(), base.consumer());
            insert.setString(4, base.diskKey());
            insert.setString(5, base.installationId());
            insert.setString(6, base.versionId());
            insert.setString(7, base.token());
            insert.executeUpdate();
        }
    }
}
