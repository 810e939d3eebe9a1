package io.doppel.vault;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/** Makes ids of versions (docs/vault-format.md §9). */
final class VersionIds {
    private static final SecureRandom RANDOM = new SecureRandom();

    private VersionIds() {}

    /** The draft with a new id, the lease's epoch and the time. */
    static VersionManifest stamp(VersionManifest d, long leaseEpoch) {
        Instant now = Instant.now();
        byte[] random = new byte[10];
        RANDOM.nextBytes(random);
        String id = String.format("%012x", now.toEpochMilli()) + HexFormat.of().formatHex(random);
        return new VersionManifest(
                id,
                leaseEpoch,
                d.takenAt(),
                now,
                d.host(),
                d.machine(),
                d.consistency(),
                d.machineConfig(),
                d.disks(),
                d.bases(),
                d.stats(),
                d.origin());
    }
}
