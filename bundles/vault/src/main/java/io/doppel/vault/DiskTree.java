package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.chunk.Entry;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The tree of one disk while it is stored. Safe for several threads. */
@ProviderType
public interface DiskTree {
    /**
     * What has to be read and given anew although it did not change since the base, because no sound copy of it is left: ascending, disjoint.
     * Empty if there is no base.
     */
    List<ByteRange> damaged();

    /** The base's entries of a segment, adjacent holes joined, what is damaged possibly as a hole; empty if there is no base. */
    Optional<List<Entry>> base(long segmentStart) throws DoppelException;

    /** Takes all entries of a segment, ascending, without gaps; segments not given are as in the base, or holes. A segment with damaged bytes has to be given. */
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
