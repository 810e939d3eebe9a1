package io.doppel.api.vault;

import java.util.Objects;

/**
 * How much the versions of one machine are, and how much they added to their vault (docs/figures.md). All in bytes, over the versions that
 * are there now. Figures of machines that share content depend on who stored it first.
 *
 * @param host name of the machine's host
 * @param machineId its id on that host
 * @param machineName its name when its newest version was taken
 * @param versions number of its versions
 * @param logicalBytes sum of the sizes of their disks
 * @param dataBytes of these, what is not known zeros
 * @param newBytes chunks, before compression, that its versions were the first to store; those of which that was not noted count as 0
 * @param storedBytes what storing its versions added to the vault, compressed
 * @param unnoted number of versions of which it was not noted what they were the first to store
 * @param growth7 bytes a day that versions of the last 7 days added to the vault
 * @param growth30 the same of the last 30 days
 */
public record MachineFigures(
        String host,
        String machineId,
        String machineName,
        int versions,
        long logicalBytes,
        long dataBytes,
        long newBytes,
        long storedBytes,
        int unnoted,
        long growth7,
        long growth30) {
    /** Checks the parts. */
    public MachineFigures {
        Objects.requireNonNull(host);
        Objects.requireNonNull(machineId);
        Objects.requireNonNull(machineName);
    }

    /** Data for each byte that is first stored by the machine; 0 if that is not known. */
    public double dedupRatio() {
        return unnoted > 0 || newBytes == 0 ? 0 : (double) dataBytes / newBytes;
    }

    /** Bytes first stored by the machine for each byte that they take compressed, trees included; 0 if that is not known. */
    public double compressionRatio() {
        return unnoted > 0 || storedBytes == 0 ? 0 : (double) newBytes / storedBytes;
    }
}
