package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.UseRecord;
import io.doppel.catalog.UseRecords;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Optional;

final class SqlUse implements UseRecords {
    private final Database database;

    SqlUse(Database database) {
        this.database = database;
    }

    @Override
    public void put(UseRecord use) throws DoppelException {
        database.change(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM vault_use WHERE vault_id = ?")) {
                delete.setString(1, use.vaultId());
                delete.executeUpdate();
            }
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO vault_use (vault_id, measured, used_bytes, version_bytes) VALUES (?, ?, ?, ?)")) {
                insert.setString(1, use.vaultId());
                insert.setLong(2, Columns.micros(use.measured()));
                insert.setLong(3, use.usedBytes());
                insert.setLong(4, use.versionBytes());
                insert.executeUpdate();
            }
        });
    }

    @Override
    public Optional<UseRecord> find(String vaultId) throws DoppelException {
        return database.call(connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT * FROM vault_use WHERE vault_id = ?")) {
                select.setString(1, vaultId);
                try (ResultSet row = select.executeQuery()) {
                    return row.next()
                            ? Optional.of(new UseRecord(
                                    vaultId,
                                    Columns.instant(row.getLong("measured")),
                                    row.getLong("used_bytes"),
                                    row.getLong("version_bytes")))
                            : Optional.empty();
                }
            }
        });
    }
}
