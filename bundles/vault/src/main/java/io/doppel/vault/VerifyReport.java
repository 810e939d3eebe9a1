package io.doppel.vault;

import io.doppel.spi.disk.ByteRange;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a verification found.
 *
 * @param bytes bytes that were read and checked
 * @param problems what is wrong with objects, whatever depends on them
 * @param versions for every version that was checked, what keeps it from being restored whole, empty list if nothing does; and the same for
 *     other versions that need what was found damaged
 * @param damaged what is damaged in packs and who needs it, by name of the pack and offset; at most {@link #MOST_DAMAGED}
 * @param moreDamaged how much more is damaged
 */
public record VerifyReport(
        long bytes,
        List<Problem> problems,
        Map<String, List<String>> versions,
        List<Damaged> damaged,
        long moreDamaged) {
    /** Most records and packs of which is told who needs them. */
    public static final int MOST_DAMAGED = 1000;

    /** Most disks that are named for each of them. */
    public static final int MOST_DISKS = 100;

    /** Most versions that are named for each of these disks, and most places. */
    public static final int MOST_NAMED = 20;

    /** Copies. */
    public VerifyReport {
        problems = List.copyOf(problems);
        versions = Map.copyOf(versions);
        damaged = List.copyOf(damaged);
    }

    /** Whether nothing is wrong. */
    public boolean clean() {
        return problems.isEmpty() && versions.values().stream().allMatch(List::isEmpty);
    }

    /**
     * Whether it is sure that nothing is lost by it: it is damage of records, or of a whole pack, of which every version that can be read has sound
     * copies elsewhere.
     */
    public boolean lossless(Problem problem) {
        List<Damaged> there = damaged.stream()
                .filter(d -> d.object().equals(problem.object()))
                .toList();
        return moreDamaged == 0 && !there.isEmpty() && there.stream().noneMatch(Damaged::lost);
    }

    /**
     * Something wrong.
     *
     * @param object name of the object
     * @param reason what is wrong with it
     */
    public record Problem(String object, String reason) {}

    /**
     * A damaged record, or a pack of which nothing can be read.
     *
     * @param object name of the pack's object
     * @param offset of the record in it, or {@link #WHOLE}
     * @param needs who needs it, disk by disk, as far as it was checked; empty if nobody does
     * @param more whether more disks need it than are named
     */
    public record Damaged(String object, long offset, List<Need> needs, boolean more) {
        /** The offset that stands for the whole pack. */
        public static final long WHOLE = -1;

        /** Copies. */
        public Damaged {
            needs = List.copyOf(needs);
        }

        /** Whether no other copy of some of it is sound. */
        public boolean lost() {
            return needs.stream().anyMatch(Need::lost);
        }

        /** What it is, for people. */
        public String what() {
            return offset == WHOLE ? object : "the record at " + offset + " of " + object;
        }
    }

    /**
     * A machine's disk, of which versions need something that is damaged.
     *
     * @param host name of the host
     * @param machineId the machine's id there
     * @param machineName the machine's name, in the newest of these versions
     * @param diskKey key of the disk
     * @param diskName its label
     * @param lost whether no other copy of some of it is sound
     * @param versions those versions, oldest first
     * @param moreVersions how many there are beyond those
     * @param places where on the disk, in any of these versions; for a tree node all that it covers
     * @param morePlaces how many more places there are, in the version that has most
     */
    public record Need(
            String host,
            String machineId,
            String machineName,
            String diskKey,
            String diskName,
            boolean lost,
            List<NamedVersion> versions,
            long moreVersions,
            List<ByteRange> places,
            long morePlaces) {
        /** Copies. */
        public Need {
            versions = List.copyOf(versions);
            places = List.copyOf(places);
        }
    }

    /**
     * A version.
     *
     * @param id its id
     * @param takenAt when the state was taken
     */
    public record NamedVersion(String id, Instant takenAt) {}
}
