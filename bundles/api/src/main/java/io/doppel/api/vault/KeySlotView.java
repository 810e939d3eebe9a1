package io.doppel.api.vault;

import java.time.Instant;
import java.util.Objects;

/**
 * A key slot of a vault: one way to open it.
 *
 * @param id its id, 16 hex digits
 * @param kind what opens it
 * @param label for people; empty if it cannot be read
 * @param created when it was made; {@link Instant#EPOCH} if it cannot be read
 * @param own whether it is the slot of this server's own key file
 * @param signatureRight whether it can be read and is as somebody made it who could open the vault
 */
public record KeySlotView(String id, Kind kind, String label, Instant created, boolean own, boolean signatureRight) {
    /** What opens a slot. */
    public enum Kind {
        /** A passphrase. */
        PASSPHRASE,
        /** The recovery key. */
        RECOVERY,
        /** The key file of a server. */
        MACHINE,
        /** It cannot be read. */
        UNKNOWN
    }

    /** Checks the parts. */
    public KeySlotView {
        Objects.requireNonNull(id);
        Objects.requireNonNull(kind);
        Objects.requireNonNull(label);
        Objects.requireNonNull(created);
    }
}
