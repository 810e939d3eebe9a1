package io.doppel.spi.hypervisor;

import java.time.Instant;
import java.util.Objects;

/**
 * Old disks kept after a restore over the original.
 *
 * @param restoreId the restore
 * @param machineId the machine
 * @param since when they were replaced
 * @param bytes space they take
 */
public record KeptOriginal(String restoreId, String machineId, Instant since, long bytes) {
    /** Checks the parts. */
    public KeptOriginal {
        Objects.requireNonNull(restoreId);
        Objects.requireNonNull(machineId);
        Objects.requireNonNull(since);
    }
}
