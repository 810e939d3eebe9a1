package io.doppel.api.vault;

import java.time.Instant;
import java.util.Objects;

/**
 * A hold: that a version must not be removed, by whatever server.
 *
 * @param id its id, 32 hex digits
 * @param vault name of the vault here
 * @param versionId the version; empty if the hold cannot be read, which then keeps all versions of the vault
 * @param purpose what for; empty if it cannot be read
 * @param server name of the server that put it; empty if it cannot be read
 * @param since when; {@link Instant#EPOCH} if it cannot be read
 * @param lasting whether it stays until a person ends it; otherwise it ends with the run that it is for
 * @param problem why it cannot be read; empty if it can
 */
public record HoldView(
        String id,
        String vault,
        String versionId,
        String purpose,
        String server,
        Instant since,
        boolean lasting,
        String problem) {
    /** Checks the parts. */
    public HoldView {
        Objects.requireNonNull(id);
        Objects.requireNonNull(vault);
        Objects.requireNonNull(versionId);
        Objects.requireNonNull(purpose);
        Objects.requireNonNull(server);
        Objects.requireNonNull(since);
        Objects.requireNonNull(problem);
    }

    /** Whether it keeps that version of its vault from being removed. */
    public boolean keeps(String version) {
        return !problem.isEmpty() || versionId.equals(version);
    }
}
