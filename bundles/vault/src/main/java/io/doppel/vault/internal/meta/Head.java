package io.doppel.vault.internal.meta;

import java.util.List;
import java.util.Objects;

/**
 * A head: what the vault has (docs/vault-format.md §9). Immutable.
 *
 * @param generation its number, from 1; 0 for a vault that has none yet
 * @param previous hex SHA-256 of the object of the head before; empty for the first
 * @param leaseEpoch lease under which it was published
 * @param versions the versions, in the order in which they were added
 * @param index names of the index segments
 * @param cleared ids of the cleared lists; null in JSON stands for none
 */
public record Head(
        long generation,
        String previous,
        long leaseEpoch,
        HeadVersions versions,
        List<String> index,
        List<String> cleared) {
    /** The head of a vault without versions. */
    static final Head NONE = new Head(0, "", 0, new HeadVersions(List.of()), List.of(), List.of());

    /** Checks and copies. */
    public Head {
        Objects.requireNonNull(previous);
        Objects.requireNonNull(versions);
        index = List.copyOf(index);
        cleared = cleared == null ? List.of() : List.copyOf(cleared);
    }

    /** Whether it lists the version. */
    public boolean lists(String id) {
        return versions.find(id).isPresent();
    }
}
