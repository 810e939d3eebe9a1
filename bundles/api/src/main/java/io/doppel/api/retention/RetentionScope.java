package io.doppel.api.retention;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What a policy is for: a vault or all vaults of a role, and there all machines or one. The most specific policy counts, as a
 * whole: the machine in that vault, the machine in vaults of that role, the vault, the role. Without any, everything is kept.
 *
 * @param vault name of the vault; empty if a role is meant
 * @param role the role; empty if a vault is meant
 * @param machine the machine as {@code host/machine}, by name or id; empty for all machines
 */
public record RetentionScope(Optional<String> vault, Optional<VaultRole> role, Optional<String> machine) {
    /** Checks: a vault or a role. */
    public RetentionScope {
        Objects.requireNonNull(machine);
        if (vault.isPresent() == role.isPresent()) {
            throw new IllegalArgumentException("either a vault or a role");
        }
    }

    /** All machines in a vault. */
    public static RetentionScope ofVault(String name) {
        return new RetentionScope(Optional.of(name), Optional.empty(), Optional.empty());
    }

    /** All machines in all vaults of a role. */
    public static RetentionScope ofRole(VaultRole role) {
        return new RetentionScope(Optional.empty(), Optional.of(role), Optional.empty());
    }

    /** The same for one machine alone. */
    public RetentionScope withMachine(String machineOfHost) {
        return new RetentionScope(vault, role, Optional.of(machineOfHost));
    }

    /** For people. */
    @Override
    public String toString() {
        String place = vault.map(name -> "vault '" + name + "'")
                .orElseGet(() -> role.orElseThrow().name().toLowerCase(Locale.ROOT) + " vaults");
        return machine.map(name -> "machine '" + name + "' in " + place).orElse(place);
    }
}
