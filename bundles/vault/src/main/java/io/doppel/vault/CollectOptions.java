package io.doppel.vault;

import java.time.Duration;
import java.util.Set;

/**
 * How a vault's space is given back.
 *
 * @param maxUnused share of the bytes in use, from 0 to 1, that may stay unused in packs that are partly in use; the less, the more has
 *     to be copied
 * @param bytesPerSecond most bytes a second that are read and written for copying, 0 for no limit
 * @param dryRun only tell what would be done
 * @param without versions that a dry run takes for removed
 * @param grace how long packs of sessions that published no version are kept from when the last of them was begun, so that a
 *     backup which was interrupted need not store them again; by this server's clock and notes
 */
public record CollectOptions(
        double maxUnused, long bytesPerSecond, boolean dryRun, Set<String> without, Duration grace) {
    /** At most one twentieth stays unused, as fast as possible. */
    public static final CollectOptions DEFAULT = new CollectOptions(0.05, 0);

    /** Checks the ranges. */
    public CollectOptions {
        if (!(maxUnused >= 0 && maxUnused <= 1) || bytesPerSecond < 0 || grace.isNegative()) {
            throw new IllegalArgumentException(maxUnused + ", " + bytesPerSecond + ", " + grace);
        }
        without = Set.copyOf(without);
        if (!dryRun && !without.isEmpty()) {
            throw new IllegalArgumentException("versions that are there cannot be taken for removed");
        }
    }

    /** Gives space back, also that of interrupted backups. */
    public CollectOptions(double maxUnused, long bytesPerSecond) {
        this(maxUnused, bytesPerSecond, false, Set.of(), Duration.ZERO);
    }

    /** Only tells what would be given back if these versions were not there any more. */
    public static CollectOptions estimate(double maxUnused, Set<String> without) {
        return new CollectOptions(maxUnused, 0, true, without, Duration.ZERO);
    }

    /** The same with that grace for what interrupted backups stored. */
    public CollectOptions withGrace(Duration time) {
        return new CollectOptions(maxUnused, bytesPerSecond, dryRun, without, time);
    }
}
