package io.doppel.vault.internal.collect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which packs are taken away.
 *
 * @param dead packs of which nothing is needed
 * @param sparse packs out of which something has to be copied, the emptiest first
 */
record Plan(List<PackUse> dead, List<PackUse> sparse) {
    /** Below this share of unused bytes, which footers and tables alone may take in small packs, copying frees next to nothing. */
    private static final double LEAST = 0.02;

    /**
     * Chooses so few packs that what stays unused in the others is at most a share of what is needed.
     *
     * @param packs all packs that may be taken away
     * @param kept bytes needed in packs that may not be
     */
    static Plan of(List<PackUse> packs, long kept, double maxUnused) {
        List<PackUse> dead = new ArrayList<>();
        List<PackUse> partly = new ArrayList<>();
        long live = kept;
        long unused = 0;
        for (PackUse p : packs) {
            live += p.live();
            if (p.live() == 0) {
                dead.add(p);
            } else {
                partly.add(p);
                unused += p.unused();
            }
        }
        partly.sort(Comparator.comparingDouble(PackUse::unusedShare).reversed());
        List<PackUse> sparse = new ArrayList<>();
        for (PackUse p : partly) {
            if (unused <= maxUnused * live || p.unusedShare() < LEAST) {
                break;
            }
            sparse.add(p);
            unused -= p.unused();
        }
        return new Plan(List.copyOf(dead), List.copyOf(sparse));
    }

    long copiedBytes() {
        return sparse.stream().mapToLong(PackUse::live).sum();
    }

    /** Packs to take away together, in order: all the dead at once, then as many others as have so many bytes to copy. */
    List<List<PackUse>> batches(long bytes) {
        List<List<PackUse>> batches = new ArrayList<>();
        if (!dead.isEmpty()) {
            batches.add(dead);
        }
        List<PackUse> batch = new ArrayList<>();
        long sum = 0;
        for (PackUse p : sparse) {
            batch.add(p);
            sum += p.live();
            if (sum >= bytes) {
                batches.add(List.copyOf(batch));
                batch.clear();
                sum = 0;
            }
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }
}
