package io.doppel.api.retention;

/** What a vault is for; a policy can be set for all vaults of a role. */
public enum VaultRole {
    /** Beside the machines: what is restored from first. */
    ONSITE,
    /** A second store elsewhere, for when the first is lost. */
    OFFSITE
}
