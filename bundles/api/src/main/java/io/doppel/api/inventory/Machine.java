package io.doppel.api.inventory;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A machine as its hypervisor shows it.
 *
 * @param id stable id within its host
 * @param name name for people; need not be unique
 * @param state power state
 * @param tags tags, for selection
 * @param disks its disks
 * @param problems what keeps it from being protected, sentences for people; empty if nothing does
 */
public record Machine(
        String id, String name, PowerState state, Set<String> tags, List<MachineDisk> disks, List<String> problems) {
    /** Power states. */
    public enum PowerState {
        /** Running. */
        RUNNING,
        /** Off. */
        OFF,
        /** Suspended or paused. */
        SUSPENDED,
        /** Not known. */
        UNKNOWN
    }

    /** Checks and copies. */
    public Machine {
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
        Objects.requireNonNull(state);
        tags = Set.copyOf(tags);
        disks = List.copyOf(disks);
        problems = List.copyOf(problems);
    }
}
