package io.doppel.api.job;

import io.doppel.api.inventory.Machine;
import java.util.List;
import java.util.Objects;

/**
 * What a job would do with a machine.
 *
 * @param host its host; empty for a pattern that could not be followed
 * @param id the machine's id; empty for a pattern
 * @param name the machine's name, or the pattern
 * @param taken whether a run would take it
 * @param reason why not, a sentence; empty if it is taken
 * @param problems what keeps it from being protected, sentences
 * @param disks its disks; empty if it is not taken
 */
public record MachinePlan(
        String host, String id, String name, boolean taken, String reason, List<String> problems, List<Disk> disks) {
    /** Checks and copies. */
    public MachinePlan {
        Objects.requireNonNull(host);
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
        Objects.requireNonNull(reason);
        problems = List.copyOf(problems);
        disks = List.copyOf(disks);
    }

    /** All disks of a machine, taken. */
    public static List<Disk> all(Machine machine) {
        return machine.disks().stream()
                .map(d -> new Disk(d.key(), d.name(), d.size(), true, ""))
                .toList();
    }

    /**
     * A disk of it.
     *
     * @param key the disk
     * @param name its name for people
     * @param size its size in bytes
     * @param taken whether a run would take it
     * @param reason why not, a sentence; empty if it is taken
     */
    public record Disk(String key, String name, long size, boolean taken, String reason) {
        /** Checks the parts. */
        public Disk {
            Objects.requireNonNull(key);
            Objects.requireNonNull(name);
            Objects.requireNonNull(reason);
        }
    }
}
