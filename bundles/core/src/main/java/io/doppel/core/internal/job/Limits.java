package io.doppel.core.internal.job;

/**
 * How much is done at once.
 *
 * @param runs runs at once on this server; more wait
 * @param perServer machines (or whole runs of kinds without machines) at once on this server
 * @param perHost the same for each host
 * @param perVault the same for each vault
 */
public record Limits(int runs, int perServer, int perHost, int perVault) {
    /** What counts if nothing is configured. */
    public static final Limits DEFAULT = new Limits(8, 8, 4, 4);

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
