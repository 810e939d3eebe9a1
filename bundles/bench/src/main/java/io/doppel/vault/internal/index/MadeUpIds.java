package io.doppel.vault.internal.index;

import java.util.SplittableRandom;

/** Uniformly random ids in ascending order, without holding them: distances between them are exponential. Gives the same ones again. */
final class MadeUpIds {
    private final long seed;
    private final long count;
    private final double sum;
    private final SplittableRandom distances;
    private double at;
    private long given;
    private long k0;
    private long k1;

    MadeUpIds(long seed, long count) {
        this.seed = seed;
        this.count = count;
        double all = 0;
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; i <= count; i++) {
            all -= Math.log1p(-random.nextDouble());
        }
        this.sum = all;
        this.distances = new SplittableRandom(seed);
    }

    boolean next() {
        if (given == count) {
            return false;
        }
        at -= Math.log1p(-distances.nextDouble());
        double share = Math.min(at / sum, Math.nextDown(1.0));
        // 53 bits from the share, the others made up; one more than before where the share is not more
        long next = (long) (share * 0x1p53) << 11 | mix(given ^ seed) >>> 53;
        k0 = Long.compareUnsigned(next, k0) > 0 ? next : k0 + 1;
        k1 = mix(given * 0x9E3779B97F4A7C15L + seed);
        given++;
        return true;
    }

    long k0() {
        return k0;
    }

    long k1() {
        return k1;
    }

    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
