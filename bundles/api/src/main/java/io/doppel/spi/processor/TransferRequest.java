package io.doppel.spi.processor;

import java.util.List;

/**
 * What to move.
 *
 * @param disks the disks of one machine, moved in parallel
 * @param verifyWritten whether disks written are read back and compared before the transfer counts as done
 * @param bytesPerSecond limit on what is read from the sources, 0 for none
 */
public record TransferRequest(List<DiskTransfer> disks, boolean verifyWritten, long bytesPerSecond) {
    /** Checks and copies. */
    public TransferRequest {
        disks = List.copyOf(disks);
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("limit " + bytesPerSecond);
        }
    }
}
