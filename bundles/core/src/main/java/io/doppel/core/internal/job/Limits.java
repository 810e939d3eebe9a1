package io.doppel.core.internal.job;

import java.time.Duration;

/**
 * How much is done at once, and how long a target that does not answer is waited for.
 *
 * @param runs runs at once on this server; more wait
 * @param perServer machines (or whole runs of kinds without machines) at once on this server
 * @param perHost the same for each host
 * @param perVault the same for each vault
 * @param silence how long a call to a storage target may be out before work that was told to stop is not waited for any more; long enough
 *     for a flush by busy disks
 */
public record Limits(int runs, int perServer, int perHost, int perVault, Duration silence) {
    /** What counts if nothing is configured. */
    public static final Limits DEFAULT = new Limits(8, 8, 4, 4);

    /** With the usual time for storage targets. */
    public Limits(int runs, int perServer, int perHost, int perVault) {
        this(runs, perServer, perHost, perVault, Duration.ofMillis(1500));
    }

    /** The same with another time for storage targets. */
    public Limits withSilence(Duration time) {
        return new Limits(runs, perServer, perHost, perVault, time);
    }

    /** Checks the figures. */
    public Limits {
        if (runs < 1 || perServer < 1 || perHost < 1 || perVault < 1) {
            throw new IllegalArgumentException("limits below 1");
        }
    }

    /** The limit for a kind of claim. */
    public int of(Claim.Kind kind) {
        return switch (kind) {
            case MACHINE -> 1;
            case HOST -> perHost;
            case VAULT -> perVault;
            case SERVER -> perServer;
        };
    }
}
