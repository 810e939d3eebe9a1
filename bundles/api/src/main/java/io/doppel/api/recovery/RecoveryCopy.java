package io.doppel.api.recovery;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * A copy in a vault.
 *
 * @param id its id in that vault
 * @param installation id of the installation that put it
 * @param server that server's name
 * @param made when, by that server's clock
 * @param counts how many there are in it, by kind: hosts, vaults, jobs, versions, runs, secrets
 * @param bytes size of its content
 * @param problem why it cannot be used; empty if nothing is known to be wrong
 */
public record RecoveryCopy(
        String id,
        String installation,
        String server,
        Instant made,
        Map<String, Long> counts,
        long bytes,
        String problem) {
    /** Checks and copies. */
    public RecoveryCopy {
        Objects.requireNonNull(id);
        Objects.requireNonNull(installation);
        Objects.requireNonNull(server);
        Objects.requireNonNull(made);
        counts = Map.copyOf(counts);
        Objects.requireNonNull(problem);
    }
}
