package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The packs of an open vault, and when this server verified each of them. Packs have numbers, which count only as long as this vault is
 * open. Times are to the second. What is known survives a restart of the server; where it is lost, packs count as never verified. Safe for
 * several threads.
 */
public interface VerifiedPacks {
    /**
     * The packs whose turn it is to be verified, the longest unverified first: those of which nothing is known, those last verified
     * {@code verifiedFor} ago or earlier, and those stored {@code storedFor} ago or earlier and not verified since. Times more than a day
     * ahead of {@code now} count as not known.
     */
    int[] due(Instant now, Duration verifiedFor, Duration storedFor);

    /**
     * Verifies packs one after the other in this order, with several threads if the options say so. What is known of each counts as
     * soon as it was read, even if the verification is broken off later.
     *
     * @return what is wrong with the packs; what that means for versions is told by {@link #knownDamage}
     * @throws DoppelException if not every pack could be read now; what the pace or the token throws
     */
    VerifyReport verify(int[] packs, VerifyOptions options, VerifyProgress progress, CancelToken cancel)
            throws DoppelException;

    /**
     * What is known to be damaged by now, and what that means for versions: reads the versions and their trees, and no packs of chunks. Tree
     * nodes of which it finds one sound copy are stored again if the vault may be written. Versions that are not there any more are not
     * in the answer.
     *
     * @param versions ids of the versions; empty for all
     * @return no bytes and no problems, but the versions and who needs what is damaged
     * @throws DoppelException the storage's failures; whatever the token throws
     */
    VerifyReport knownDamage(List<String> versions, CancelToken cancel) throws DoppelException;

    /** When the pack was verified last. */
    Optional<Instant> verifiedAt(int pack);

    /** Since when all packs are verified: the time of the one whose verification is the longest ago; empty if one never was. */
    Optional<Instant> since();

    /** As {@link #since()}, of these packs alone. */
    Optional<Instant> since(BitSet packs);

    /** Numbers of all packs. */
    BitSet all();

    /** Numbers of the packs of which something is known to be damaged, or that are missing. */
    BitSet damaged();

    /** Bytes of these packs. */
    long bytes(BitSet packs);
}
