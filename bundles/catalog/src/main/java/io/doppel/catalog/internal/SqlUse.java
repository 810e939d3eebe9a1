package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.UseRecord;
import io.doppel.catalog.UseRecords;
import java.util.Optional;

final class SqlUse extends SqlRows implements UseRecords {
    SqlUse(Database database) {
        super(database);
    }

    @Override
    public void put(UseRecord use) throws DoppelException {
        put(
                "UPDATE vault_use SET measured = ?, used_bytes = ?, version_bytes = ? WHERE vault_id = ?",
                "INSERT INTO vault_use (measured, used_bytes, version_bytes, vault_id) VALUES (?, ?, ?, ?)",
                statement -> {
                    statement.setLong(1, Columns.micros(use.measured()));
                    statement.setLong(2, use.usedBytes());
                    statement.setLong(3, use.versionBytes());
                    statement.setString(4, use.vaultId());
                });
    }

    @Override
    public Optional<UseRecord> find(String vaultId) throws DoppelException {
        return select(
                        "SELECT * FROM vault_use WHERE vault_id = ?",
                        statement -> statement.setString(1, vaultId),
                        row -> new UseRecord(
                                vaultId,
                                Columns.instant(row.getLong("measured")),
                                row.getLong("used_bytes"),
                                row.getLong("version_bytes")))
                .stream()
                .findFirst();
    }
}
