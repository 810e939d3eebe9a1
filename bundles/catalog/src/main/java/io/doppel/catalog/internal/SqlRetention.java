package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.PinRecord;
import io.doppel.catalog.PolicyRecord;
import io.doppel.catalog.RetentionRecords;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class SqlRetention extends SqlRows implements RetentionRecords {
    private static final String OF_SCOPE = " WHERE vault_id = ? AND vault_role = ? AND host = ? AND machine_id = ?";
    private static final String OF_VERSION = " WHERE vault_id = ? AND version_id = ?";

    SqlRetention(Database database) {
        super(database);
    }

    @Override
    public void putPolicy(PolicyRecord policy) throws DoppelException {
        put(
                "UPDATE retention_policies SET settings = ?" + OF_SCOPE,
                "INSERT INTO retention_policies (settings, vault_id, vault_role, host, machine_id) VALUES (?, ?, ?, ?, ?)",
                statement -> {
                    statement.setString(1, Columns.json(policy.settings()));
                    bind(statement, 2, policy.scope());
                });
    }

    @Override
    public boolean removePolicy(PolicyRecord.Scope scope) throws DoppelException {
        return execute("DELETE FROM retention_policies" + OF_SCOPE, statement -> bind(statement, 1, scope)) > 0;
    }

    @Override
    public List<PolicyRecord> policies() throws DoppelException {
        return select(
                "SELECT * FROM retention_policies ORDER BY vault_id, vault_role, host, machine_id",
                statement -> {},
                row -> new PolicyRecord(
                        new PolicyRecord.Scope(
                                row.getString("vault_id"),
                                row.getString("vault_role"),
                                row.getString("host"),
                                row.getString("machine_id")),
                        Columns.map(row, "settings")));
    }

    @Override
    public void putRole(String vaultId, String role) throws DoppelException {
        put(
                "UPDATE vault_retention SET vault_role = ? WHERE vault_id = ?",
                "INSERT INTO vault_retention (vault_role, vault_id) VALUES (?, ?)",
                statement -> {
                    statement.setString(1, role);
                    statement.setString(2, vaultId);
                });
    }

    @Override
    public Optional<String> role(String vaultId) throws DoppelException {
        return select(
                        "SELECT * FROM vault_retention WHERE vault_id = ?",
                        statement -> statement.setString(1, vaultId),
                        row -> Optional.ofNullable(row.getString("vault_role")))
                .stream()
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public void putTrusted(String vaultId, Instant at) throws DoppelException {
        put(
                "UPDATE vault_retention SET trusted = ? WHERE vault_id = ?",
                "INSERT INTO vault_retention (trusted, vault_id) VALUES (?, ?)",
                statement -> {
                    statement.setLong(1, Columns.micros(at));
                    statement.setString(2, vaultId);
                });
    }

    @Override
    public Optional<Instant> trusted(String vaultId) throws DoppelException {
        return select(
                        "SELECT * FROM vault_retention WHERE vault_id = ?",
                        statement -> statement.setString(1, vaultId),
                        row -> Columns.instant(row, "trusted"))
                .stream()
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public void putPin(PinRecord pin) throws DoppelException {
        put(
                "UPDATE pins SET reason = ?, pinned_by = ?, pinned = ?" + OF_VERSION,
                "INSERT INTO pins (reason, pinned_by, pinned, vault_id, version_id) VALUES (?, ?, ?, ?, ?)",
                statement -> {
                    statement.setString(1, pin.reason());
                    statement.setString(2, pin.by());
                    statement.setLong(3, Columns.micros(pin.at()));
                    statement.setString(4, pin.vaultId());
                    statement.setString(5, pin.versionId());
                });
    }

    @Override
    public boolean removePin(String vaultId, String versionId) throws DoppelException {
        return execute("DELETE FROM pins" + OF_VERSION, statement -> {
                    statement.setString(1, vaultId);
                    statement.setString(2, versionId);
                })
                > 0;
    }

    @Override
    public List<PinRecord> pins() throws DoppelException {
        return select(
                "SELECT * FROM pins ORDER BY pinned DESC, vault_id, version_id",
                statement -> {},
                row -> new PinRecord(
                        row.getString("vault_id"),
                        row.getString("version_id"),
                        row.getString("reason"),
                        row.getString("pinned_by"),
                        Columns.instant(row.getLong("pinned"))));
    }

    private static void bind(PreparedStatement statement, int index, PolicyRecord.Scope scope) throws SQLException {
        statement.setString(index, scope.vaultId());
        statement.setString(index + 1, scope.role());
        statement.setString(index + 2, scope.host());
        statement.setString(index + 3, scope.machineId());
    }
}
