package io.doppel.catalog;

import java.time.Instant;

/**
 * How much of a vault was in use when somebody walked all its versions.
 *
 * @param vaultId the vault's own id
 * @param measured when
 * @param usedBytes bytes of records in packs that a version needed then
 * @param versionBytes bytes that storing these versions had added to the vault
 */
public record UseRecord(String vaultId, Instant measured, long usedBytes, long versionBytes) {}
