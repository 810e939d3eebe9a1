package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.chunk.Entry;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The tree of one disk while it is stored. Safe for several threads. */
@ProviderType
public interface DiskTree {
    /** The base's entries of a segment, adjacent holes joined; empty if there is no base. */
    Optional<List<Entry>> base(long segmentStart) throws DoppelException;

    /** Takes all entries of a segment, ascending, without gaps; segments not given are as in the base, or holes. */
    void segment(long segmentStart, List<Entry> entries) throws DoppelException;

    /** Says that every segment below this offset was given or will not be. */
    void frontier(long offset) throws DoppelException;

    /**
     * Makes the rest of the tree.
     *
     * @return id of its root in hex; empty if the disk is all zeros
     */
    Optional<String> finish() throws DoppelException;

    /** Bytes covered by chunks in the whole disk; known after {@link #finish()}. */
    long dataBytes();
}
