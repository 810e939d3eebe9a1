package io.doppel.vault;

/**
 * How a vault's space is given back.
 *
 * @param maxUnused share of the bytes in use, from 0 to 1, that may stay unused in packs that are partly in use; the less, the more has
 *     to be copied
 * @param bytesPerSecond most bytes a second that are read and written for copying, 0 for no limit
 */
public record CollectOptions(double maxUnused, long bytesPerSecond) {
    /** At most one twentieth stays unused, as fast as possible. */
    public static final CollectOptions DEFAULT = new CollectOptions(0.05, 0);

    /** Checks the ranges. */
    public CollectOptions {
        if (!(maxUnused >= 0 && maxUnused <= 1) || bytesPerSecond < 0) {
            throw new IllegalArgumentException(maxUnused + ", " + bytesPerSecond);
        }
    }
}
