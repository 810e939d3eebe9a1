package io.doppel.api.vault;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * How much is in a vault, and how it grows (docs/figures.md). All in bytes.
 *
 * @param vault its name here
 * @param at when this was found out
 * @param versions number of versions
 * @param logicalBytes sum of the sizes of the disks of all versions
 * @param dataBytes of these, what is not known zeros
 * @param uniqueBytes chunks in the vault's packs before compression, needed or not
 * @param storedBytes packs of the vault, as known, needed or not
 * @param unusedBytes of these, what no version needs; an estimate, exact at the time of {@code usedMeasured}
 * @param usedMeasured when a purge last found out what versions need, or would need; {@link Instant#EPOCH} if none did so here
 * @param droppable number of versions that retention would drop now; −1 if that is in doubt
 * @param droppableBytes bytes that storing these had added to the vault; 0 if it is in doubt
 * @param growth7 bytes a day that versions of the last 7 days added to the vault
 * @param growth30 the same of the last 30 days
 * @param machines the machines, those with the most stored bytes first
 */
public record VaultFigures(
        String vault,
        Instant at,
        int versions,
        long logicalBytes,
        long dataBytes,
        long uniqueBytes,
        long storedBytes,
        long unusedBytes,
        Instant usedMeasured,
        int droppable,
        long droppableBytes,
        long growth7,
        long growth30,
        List<MachineFigures> machines) {
    /** Checks and copies. */
    public VaultFigures {
        Objects.requireNonNull(vault);
        Objects.requireNonNull(at);
        Objects.requireNonNull(usedMeasured);
        machines = List.copyOf(machines);
    }

    /** Data of all versions for each byte of chunks; 0 if there are none. */
    public double dedupRatio() {
        return uniqueBytes == 0 ? 0 : (double) dataBytes / uniqueBytes;
    }

    /** Bytes of chunks for each byte that they take compressed, trees included; 0 if there are none. */
    public double compressionRatio() {
        return storedBytes == 0 ? 0 : (double) uniqueBytes / storedBytes;
    }

    /** What a purge would free now: an estimate. */
    public long purgeBytes() {
        return Math.min(storedBytes, unusedBytes + droppableBytes);
    }
}
