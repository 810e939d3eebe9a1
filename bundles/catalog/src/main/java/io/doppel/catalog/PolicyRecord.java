package io.doppel.catalog;

import java.util.Map;
import java.util.Objects;

/**
 * A retention policy as it is kept.
 *
 * @param scope what it is for
 * @param settings the policy's settings as text
 */
public record PolicyRecord(Scope scope, Map<String, String> settings) {
    /**
     * What a policy is for.
     *
     * @param vaultId id of a vault; empty if a role is meant
     * @param role a role; empty if a vault is meant
     * @param host host of the machine; empty for all machines
     * @param machineId id of the machine; empty for all machines
     */
    public record Scope(String vaultId, String role, String host, String machineId) {
        /** Checks. */
        public Scope {
            Objects.requireNonNull(vaultId);
            Objects.requireNonNull(role);
            Objects.requireNonNull(host);
            Objects.requireNonNull(machineId);
        }
    }

    /** Checks and copies. */
    public PolicyRecord {
        Objects.requireNonNull(scope);
        settings = Map.copyOf(settings);
    }
}
