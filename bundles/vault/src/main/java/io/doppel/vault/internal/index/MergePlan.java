package io.doppel.vault.internal.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Which segments are merged into one (docs/vault-format.md §7): sizes are told apart by eights, and once there are eight of a size, these
 * and all smaller ones are. So an entry is written again at most once for each size, and there are at most seven segments of a size.
 */
final class MergePlan {
    /** Most entries of a segment that is made: 12 GiB, which every storage target takes. */
    static final long MOST = 1L << 28;

    /** A segment of so many entries is written in a second. */
    private static final long SMALL = 1L << 20;

    private static final int AT_ONCE = 8;
    private static final int SMALLEST_BITS = 17;
    private static final int STEP_BITS = 3;

    private MergePlan() {}

    /** Names to merge, given the numbers of entries by name; none if nothing is to be done. */
    static List<String> of(Map<String, Long> entries) {
        // two that are larger than half of the most are never merged
        List<Map.Entry<String, Long>> bySize = entries.entrySet().stream()
                .filter(e -> e.getValue() <= MOST / 2)
                .sorted(Map.Entry.<String, Long>comparingByValue()
                        .thenComparing(Comparator.comparing(Map.Entry::getKey)))
                .toList();
        int[] count = new int[Long.SIZE];
        for (Map.Entry<String, Long> e : bySize) {
            int size = size(e.getValue());
            if (++count[size] == AT_ONCE) {
                return upTo(size, bySize);
            }
        }
        return List.of();
    }

    /** Names of segments to write anew without what leads nowhere: small ones at once, large ones when it is a quarter of them. */
    static List<String> ofUnused(List<ChunkIndex.Use> uses) {
        List<String> names = new ArrayList<>();
        long sum = 0;
        for (ChunkIndex.Use use : uses) {
            boolean worth = use.cleared() > 0 && (use.entries() <= SMALL || use.cleared() >= use.entries() / 4);
            if (worth && sum + use.entries() <= MOST) {
                names.add(use.segment());
                sum += use.entries();
            }
        }
        return names;
    }

    private static List<String> upTo(int size, List<Map.Entry<String, Long>> bySize) {
        List<String> names = new ArrayList<>();
        long sum = 0;
        for (Map.Entry<String, Long> e : bySize) {
            sum += e.getValue();
            if (size(e.getValue()) > size || sum > MOST) {
                break;
            }
            names.add(e.getKey());
        }
        return names;
    }

    private static int size(long entries) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(entries);
        return bits <= SMALLEST_BITS ? 0 : (bits - SMALLEST_BITS - 1) / STEP_BITS + 1;
    }
}
