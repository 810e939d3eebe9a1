package io.doppel.api.vault;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A version: one machine's disks at one instant.
 *
 * @param id its id
 * @param vault name of the vault here
 * @param host name of the host at that time
 * @param machineId machine's id on that host
 * @param machineName machine's name at that time
 * @param takenAt when the state was taken
 * @param disks number of disks
 * @param logicalBytes sum of the disks' sizes
 * @param dataBytes bytes of it that are not known zeros
 * @param storedBytes bytes that storing it added to the vault
 * @param newBytes bytes of the chunks, before compression, that it was the first to store; −1 if that was not noted
 * @param consistency what the disks are equal to
 * @param health what is known of it
 * @param validatedAt if it is valid, all it needs was read and checked then or later; if it is damaged, when that was found; {@link
 *     Instant#EPOCH} if neither is known
 * @param problems what validation found, naming objects and disks
 * @param bootTest its last boot test; empty if there was none
 * @param origin the version that it is a copy of; empty if it was made in this vault
 */
public record VersionView(
        String id,
        String vault,
        String host,
        String machineId,
        String machineName,
        Instant takenAt,
        int disks,
        long logicalBytes,
        long dataBytes,
        long storedBytes,
        long newBytes,
        String consistency,
        Health health,
        Instant validatedAt,
        List<String> problems,
        Optional<BootTest> bootTest,
        Optional<VersionOrigin> origin) {
    /** Result of validation. */
    public enum Health {
        /** Not validated yet. */
        UNVERIFIED,
        /** Everything it needs was read and is right. */
        VALID,
        /** Something it needs is missing or wrong. */
        DAMAGED
    }

    /** A version of which it was not noted what it was the first to store. */
    public VersionView(
            String id,
            String vault,
            String host,
            String machineId,
            String machineName,
            Instant takenAt,
            int disks,
            long logicalBytes,
            long dataBytes,
            long storedBytes,
            String consistency,
            Health health,
            Instant validatedAt,
            List<String> problems) {
        this(
                id,
                vault,
                host,
                machineId,
                machineName,
                takenAt,
                disks,
                logicalBytes,
                dataBytes,
                storedBytes,
                -1,
                consistency,
                health,
                validatedAt,
                problems);
    }

    /** A version that was not boot-tested. */
    public VersionView(
            String id,
            String vault,
            String host,
            String machineId,
            String machineName,
            Instant takenAt,
            int disks,
            long logicalBytes,
            long dataBytes,
            long storedBytes,
            long newBytes,
            String consistency,
            Health health,
            Instant validatedAt,
            List<String> problems) {
        this(
                id,
                vault,
                host,
                machineId,
                machineName,
                takenAt,
                disks,
                logicalBytes,
                dataBytes,
                storedBytes,
                newBytes,
                consistency,
                health,
                validatedAt,
                problems,
                Optional.empty());
    }

    /** A version that was made in its vault. */
    public VersionView(
            String id,
            String vault,
            String host,
            String machineId,
            String machineName,
            Instant takenAt,
            int disks,
            long logicalBytes,
            long dataBytes,
            long storedBytes,
            long newBytes,
            String consistency,
            Health health,
            Instant validatedAt,
            List<String> problems,
            Optional<BootTest> bootTest) {
        this(
                id,
                vault,
                host,
                machineId,
                machineName,
                takenAt,
                disks,
                logicalBytes,
                dataBytes,
                storedBytes,
                newBytes,
                consistency,
                health,
                validatedAt,
                problems,
                bootTest,
                Optional.empty());
    }

    /** The same in another state of health. */
    public VersionView withHealth(Health now, Instant since, List<String> found) {
        return new VersionView(
                id,
                vault,
                host,
                machineId,
                machineName,
                takenAt,
                disks,
                logicalBytes,
                dataBytes,
                storedBytes,
                newBytes,
                consistency,
                now,
                since,
                found,
                bootTest,
                origin);
    }

    /** Checks and copies. */
    public VersionView {
        Objects.requireNonNull(id);
        Objects.requireNonNull(vault);
        Objects.requireNonNull(host);
        Objects.requireNonNull(machineId);
        Objects.requireNonNull(machineName);
        Objects.requireNonNull(takenAt);
        Objects.requireNonNull(consistency);
        Objects.requireNonNull(health);
        Objects.requireNonNull(validatedAt);
        Objects.requireNonNull(bootTest);
        Objects.requireNonNull(origin);
        problems = List.copyOf(problems);
    }
}
