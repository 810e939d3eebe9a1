package io.doppel.spi.processor;

import io.doppel.api.job.Progress;
import io.doppel.spi.disk.ByteRange;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was moved.
 *
 * @param disks for each disk key what became of it
 */
public record TransferResult(Map<String, DiskResult> disks) {
    /** Copies. */
    public TransferResult {
        disks = Map.copyOf(disks);
    }

    /**
     * One disk's result.
     *
     * @param size size in bytes
     * @param dataBytes bytes of it that are not known zeros
     * @param progress final figures
     * @param vaultRoots for each vault id among the sinks, the id (hex) of the root node of the disk's tree; empty
     *     text if the disk is all zeros
     * @param unreadable what of a version's disk could not be read and was left out, ascending and disjoint
     */
    public record DiskResult(
            long size, long dataBytes, Progress progress, Map<String, String> vaultRoots, List<ByteRange> unreadable) {
        /** Checks and copies. */
        public DiskResult {
            Objects.requireNonNull(progress);
            vaultRoots = Map.copyOf(vaultRoots);
            unreadable = List.copyOf(unreadable);
        }

        /** Of a disk of which nothing was left out. */
        public DiskResult(long size, long dataBytes, Progress progress, Map<String, String> vaultRoots) {
            this(size, dataBytes, progress, vaultRoots, List.of());
        }
    }
}
