package io.doppel.core.internal.validate;

import io.doppel.vault.Vault;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a job wrote to a vault.
 *
 * @param label the job's, for people
 * @param vault the opening of the vault by which the packs are numbered
 * @param packs the packs that it wrote
 * @param version the version that it stored; empty if it stored none
 * @param used the packs that the version needs, those of {@code bases} aside
 * @param bases versions of which it took parts over unread
 */
public record Written(
        String label, Vault vault, BitSet packs, Optional<String> version, BitSet used, Set<String> bases) {}
