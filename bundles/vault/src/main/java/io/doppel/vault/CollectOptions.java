package io.doppel.vault;

import java.util.Set;

/**
 * How a vault's space is given back.
 *
 * @param maxUnused share of the bytes in use, from 0 to 1, that may stay unused in packs that are partly in use; the less, the more has
 *     to be copied
 * @param bytesPerSecond most bytes a second that are read and written for copying, 0 for no limit
 * @param dryRun only tell what would be done
 * @param without versions that a dry run takes for removed
 */
public record CollectOptions(double maxUnused, long bytesPerSecond, boolean dryRun, Set<String> without) {
    /** At most one twentieth stays unused, as fast as possible. */
    public static final CollectOptions DEFAULT = new CollectOptions(0.05, 0);

    /** Checks the ranges. */
    public CollectOptions {
        if (!(maxUnused >= 0 && maxUnused <= 1) || bytesPerSecond < 0) {
            throw new IllegalArgumentException(maxUnused + ", " + bytesPerSecond);
        }
        without = Set.copyOf(without);
        if (!dryRun && !without.isEmpty()) {
            throw new IllegalArgumentException("versions that are there cannot be taken for removed");
        }
    }

    /** Gives space back. */
    public CollectOptions(double maxUnused, long bytesPerSecond) {
        this(maxUnused, bytesPerSecond, false, Set.of());
    }

    /** Only tells what would be given back if these versions were not there any more. */
    public static CollectOptions estimate(double maxUnused, Set<String> without) {
        return new CollectOptions(maxUnused, 0, true, without);
    }
}
