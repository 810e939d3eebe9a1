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
 * @param member the host inside the pool that it runs on or belongs to; empty if the pool decides, or is no pool
 * @param excluded why jobs that do not name it leave it out (a tag, for example), a sentence; empty if they do not
 * @param problems what keeps it from being protected, sentences for people; empty if nothing does
 */
public record Machine(
        String id,
        String name,
        PowerState state,
        Set<String> tags,
        List<MachineDisk> disks,
        String member,
        String excluded,
        List<String> problems) {
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
        Objects.requireNonNull(member);
        Objects.requireNonNull(excluded);
        problems = List.copyOf(problems);
    }

    /** A machine that no job leaves out, on a host without members. */
    public Machine(
            String id,
            String name,
            PowerState state,
            Set<String> tags,
            List<MachineDisk> disks,
            List<String> problems) {
        this(id, name, state, tags, disks, "", "", problems);
    }
}
