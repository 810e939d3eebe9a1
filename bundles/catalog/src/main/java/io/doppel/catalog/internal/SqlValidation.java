package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.ClockMark;
import io.doppel.catalog.ValidationRecords;
import java.util.Map;
import java.util.Optional;

final class SqlValidation extends SqlRows implements ValidationRecords {
    private static final String OF_VAULT = " WHERE vault_id = ?";

    SqlValidation(Database database) {
        super(database);
    }

    @Override
    public void putSettings(String vaultId, Map<String, String> settings) throws DoppelException {
        put(
                "UPDATE vault_validation SET settings = ?" + OF_VAULT,
                "INSERT INTO vault_validation (settings, vault_id) VALUES (?, ?)",
                statement -> {
                    statement.setString(1, Columns.json(settings));
                    statement.setString(2, vaultId);
                });
    }

    @Override
    public Map<String, String> settings(String vaultId) throws DoppelException {
        return select(
                        "SELECT * FROM vault_validation" + OF_VAULT + " AND settings IS NOT NULL",
                        statement -> statement.setString(1, vaultId),
                        row -> Columns.map(row, "settings"))
                .stream()
                .findFirst()
                .orElse(Map.of());
    }

    @Override
    public void putClock(String vaultId, ClockMark mark) throws DoppelException {
        put(
                "UPDATE vault_validation SET clock_seen = ?, clock_even_since = ?" + OF_VAULT,
                "INSERT INTO vault_validation (clock_seen, clock_even_since, vault_id) VALUES (?, ?, ?)",
                statement -> {
                    statement.setLong(1, Columns.micros(mark.seen()));
                    statement.setLong(2, Columns.micros(mark.evenSince()));
                    statement.setString(3, vaultId);
                });
    }

    @Override
    public Optional<ClockMark> clock(String vaultId) throws DoppelException {
        return select(
                        "SELECT * FROM vault_validation" + OF_VAULT + " AND clock_seen IS NOT NULL",
                        statement -> statement.setString(1, vaultId),
                        row -> new ClockMark(
                                Columns.instant(row.getLong("clock_seen")),
                                Columns.instant(row.getLong("clock_even_since"))))
                .stream()
                .findFirst();
    }
}
