package io.doppel.vault.copy;

import io.doppel.vault.VersionManifest;
import java.util.BitSet;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of a copy.
 *
 * @param result what was done
 * @param version the version in the target
 * @param base the version of the target with which it was compared; empty if there was none
 * @param readBytes read of packs of the source; tree nodes are not counted
 * @param sentBytes of the packs that were put
 * @param skippedBytes of the version's data, before compression, that the target had
 * @param writtenPacks numbers, as {@link io.doppel.vault.VerifiedPacks} of the target has them, of the packs that were put
 * @param usedPacks likewise, of those that hold what was sent or found
 */
public record CopyReport(
        Result result,
        VersionManifest version,
        Optional<String> base,
        long readBytes,
        long sentBytes,
        long skippedBytes,
        BitSet writtenPacks,
        BitSet usedPacks) {
    /** What was done. */
    public enum Result {
        /** The version was copied. */
        COPIED,
        /** The target had it already, and knows of nothing that is damaged in it. */
        PRESENT,
        /** The target had it, and got again what was damaged of it. */
        HEALED
    }

    /** Copies. */
    public CopyReport {
        Objects.requireNonNull(result);
        Objects.requireNonNull(version);
        Objects.requireNonNull(base);
        writtenPacks = (BitSet) writtenPacks.clone();
        usedPacks = (BitSet) usedPacks.clone();
    }

    /** Nothing was to be done. */
    public static CopyReport present(VersionManifest version) {
        return new CopyReport(
                Result.PRESENT,
                version,
                Optional.empty(),
                0,
                0,
                version.stats().dataBytes(),
                new BitSet(),
                new BitSet());
    }
}
