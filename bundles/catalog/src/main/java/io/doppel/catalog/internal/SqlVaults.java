package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.VaultRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

final class SqlVaults extends SqlNamed<VaultRecord> {
    SqlVaults(Database database) {
        super(database, "vaults", List.of("vault_id", "storage_type", "settings", "read_only", "recovery_exported"));
    }

    @Override
    String name(VaultRecord vault) {
        return vault.name();
    }

    @Override
    int bind(PreparedStatement statement, VaultRecord vault) throws SQLException, DoppelException {
        statement.setString(1, vault.id());
        statement.setString(2, vault.type());
        statement.setString(3, Columns.json(vault.settings()));
        statement.setBoolean(4, vault.readOnly());
        statement.setBoolean(5, vault.recoveryKeyExported());
        return 6;
    }

    @Override
    VaultRecord read(ResultSet row) throws SQLException, DoppelException {
        return new VaultRecord(
                row.getString("name"),
                row.getString("vault_id"),
                row.getString("storage_type"),
                Columns.map(row, "settings"),
                row.getBoolean("read_only"),
                row.getBoolean("recovery_exported"));
    }

    @Override
    void removeDependents(Connection connection, String name) throws SQLException {
        SqlVersions.removeAll(connection, name);
    }
}
