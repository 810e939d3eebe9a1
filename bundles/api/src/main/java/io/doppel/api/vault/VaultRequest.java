package io.doppel.api.vault;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How to add a vault.
 *
 * @param name name here
 * @param type storage type
 * @param settings settings of the type as text, secrets in clear
 * @param access what is wanted
 * @param compression {@code zstd} or {@code lz4}; counts when the vault is made, ignored otherwise
 * @param unlock passphrase or recovery key; when the vault is made it becomes its first passphrase, of at least eight characters, and empty means that
 *     only the machine key file and the recovery key open it
 * @param domainOf name here of a vault whose dedup domain a new vault shares, so that versions can be copied between the two; empty for one of
 *     its own; only when the vault is made
 * @param force for {@link Access#TAKE_OVER}: without asking the server that holds the vault whether it lives, which takes up to a minute if it does
 *     not answer
 */
public record VaultRequest(
        String name,
        String type,
        Map<String, String> settings,
        Access access,
        String compression,
        char[] unlock,
        Optional<String> domainOf,
        boolean force) {
    /** A request for a vault of its own domain that cuts no living server off. */
    public VaultRequest(
            String name, String type, Map<String, String> settings, Access access, String compression, char[] unlock) {
        this(name, type, settings, access, compression, unlock, Optional.empty(), false);
    }

    /** What to do. */
    public enum Access {
        /** Make a new vault; fails if there is one. */
        CREATE,
        /** Use an existing vault as its only server. */
        ATTACH,
        /** As {@link #ATTACH}, taking over from another server that is gone for good; refused if that answers, unless forced. */
        TAKE_OVER,
        /** Look at an existing vault, beside its server; changes nothing. */
        READ_ONLY
    }

    /** Checks and copies. */
    public VaultRequest {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        settings = Map.copyOf(settings);
        Objects.requireNonNull(access);
        Objects.requireNonNull(compression);
        Objects.requireNonNull(unlock);
        Objects.requireNonNull(domainOf);
    }

    /** Never shows the passphrase. */
    @Override
    public String toString() {
        return "VaultRequest[" + name + ", " + type + ", " + access + "]";
    }
}
