package io.doppel.vault;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A version as it stands in the vault (docs/vault-format.md §9).
 *
 * @param id 32 hex digits
 * @param leaseEpoch epoch of the lease under which it was published
 * @param takenAt when the machine's state was taken
 * @param storedAt when it was stored
 * @param host the host
 * @param machine the machine
 * @param consistency what the disks are equal to
 * @param machineConfig what the hypervisor needs to make the machine again
 * @param disks the disks
 * @param bases change bases that the hypervisor keeps for this version
 * @param stats figures
 * @param origin the version that this one is a copy of; null if it was made in this vault
 */
public record VersionManifest(
        String id,
        long leaseEpoch,
        Instant takenAt,
        Instant storedAt,
        Host host,
        MachineName machine,
        String consistency,
        Map<String, String> machineConfig,
        List<Disk> disks,
        List<Base> bases,
        Stats stats,
        Origin origin) {
    /** A version that is made in the vault. */
    public VersionManifest(
            String id,
            long leaseEpoch,
            Instant takenAt,
            Instant storedAt,
            Host host,
            MachineName machine,
            String consistency,
            Map<String, String> machineConfig,
            List<Disk> disks,
            List<Base> bases,
            Stats stats) {
        this(id, leaseEpoch, takenAt, storedAt, host, machine, consistency, machineConfig, disks, bases, stats, null);
    }

    /** Copies. */
    public VersionManifest {
        machineConfig = Map.copyOf(machineConfig);
        disks = List.copyOf(disks);
        bases = List.copyOf(bases);
    }

    /** Which state of a machine this is, the same for all copies of it. */
    public Origin state(String vaultId) {
        return origin == null ? new Origin(vaultId, id) : origin;
    }

    /** The disk of that key. */
    public Optional<Disk> disk(String key) {
        return disks.stream().filter(d -> d.key().equals(key)).findFirst();
    }

    /**
     * Where a copied version was made.
     *
     * @param vault id of the vault
     * @param version its id there
     */
    public record Origin(String vault, String version) {}

    /**
     * A host.
     *
     * @param name its name at that time
     * @param type its hypervisor type
     */
    public record Host(String name, String type) {}

    /**
     * A machine.
     *
     * @param id id within its host
     * @param name name at that time
     */
    public record MachineName(String id, String name) {}

    /**
     * A disk.
     *
     * @param key key within the machine
     * @param name name for people
     * @param format image format it had
     * @param size size in bytes
     * @param root id of the tree's root in hex; null if the disk is all zeros
     * @param dataBytes bytes covered by chunks
     */
    public record Disk(String key, String name, String format, long size, String root, long dataBytes) {
        /** The id of the tree's root in a new array; null if the disk is all zeros. */
        public byte[] rootId() {
            return root == null ? null : HexFormat.of().parseHex(root);
        }
    }

    /**
     * A change base.
     *
     * @param diskKey the disk
     * @param consumer its consumer
     * @param installationId its installation
     * @param token the plug-in's token
     */
    public record Base(String diskKey, String consumer, String installationId, String token) {}

    /**
     * Figures in bytes.
     *
     * @param logicalBytes sum of the disks' sizes
     * @param dataBytes of it covered by chunks
     * @param readBytes read from the sources
     * @param storedBytes added to the vault, compressed, tree included
     * @param newBytes of chunks that the vault did not have, before compression; −1 if that was not noted
     */
    public record Stats(long logicalBytes, long dataBytes, long readBytes, long storedBytes, Long newBytes) {
        /** Versions stored before this was noted have no such field. */
        public Stats {
            newBytes = newBytes == null ? Long.valueOf(-1) : newBytes;
        }

        /** Without what was not noted. */
        public Stats(long logicalBytes, long dataBytes, long readBytes, long storedBytes) {
            this(logicalBytes, dataBytes, readBytes, storedBytes, null);
        }
    }
}
