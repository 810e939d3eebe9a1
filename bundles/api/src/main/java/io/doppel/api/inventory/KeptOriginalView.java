package io.doppel.api.inventory;

import java.time.Instant;
import java.util.Objects;

/**
 * Old disks kept after a restore over the original, until somebody confirms the restore.
 *
 * @param host name of the host
 * @param restoreId the restore
 * @param machineId the machine that was restored
 * @param since when its disks were replaced
 * @param bytes space that the old disks take
 */
public record KeptOriginalView(String host, String restoreId, String machineId, Instant since, long bytes) {
    /** Checks the parts. */
    public KeptOriginalView {
        Objects.requireNonNull(host);
        Objects.requireNonNull(restoreId);
        Objects.requireNonNull(machineId);
        Objects.requireNonNull(since);
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes " + bytes);
        }
    }
}
