package io.doppel.vault.internal.meta;

import java.time.Instant;
import java.util.List;

/**
 * A recovery copy (docs/vault-format.md §16). Immutable.
 *
 * @param id epoch and number as in its name
 * @param leaseEpoch the lease under which it was put
 * @param installation who put it
 * @param server the same for people
 * @param made when, by the clock of that server
 * @param about text about its content
 * @param parts its content, in order
 */
record StoredCopy(
        String id, long leaseEpoch, String installation, String server, Instant made, String about, List<Part> parts) {
    StoredCopy {
        parts = List.copyOf(parts);
    }

    /**
     * A part.
     *
     * @param id 32 hex digits
     * @param sha256 hex SHA-256 of its plaintext
     * @param bytes length of that
     */
    record Part(String id, String sha256, long bytes) {}

    /** Size of the content. */
    long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }
}
