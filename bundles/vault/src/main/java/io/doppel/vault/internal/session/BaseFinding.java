package io.doppel.vault.internal.session;

import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.chunk.Ranges;
import io.doppel.vault.internal.index.Damage;
import java.util.List;

/**
 * What of an earlier version's disk can be taken over.
 *
 * @param lost what was lost when it was looked at
 * @param packs how many packs were known then: what was stored since may be what was damaged
 * @param noRoot why nothing of it can; null if parts can
 * @param damaged what has to be read from the disk and stored again: ascending, disjoint
 * @param single ids of nodes of which only one copy is not lost
 * @param dataBytes bytes in the chunks that are known
 */
@SuppressWarnings("ArrayRecordComponent")
public record BaseFinding(
        Damage lost, int packs, String noRoot, List<ByteRange> damaged, List<byte[]> single, long dataBytes) {
    /** All of it. */
    static BaseFinding whole(Damage lost, long dataBytes) {
        return new BaseFinding(lost, 0, null, List.of(), List.of(), dataBytes);
    }

    /** Whether there is a copy of everything. */
    public boolean isWhole() {
        return noRoot == null && damaged.isEmpty();
    }

    /** Whether it says the same of a vault that lost nothing more, and knows that many packs. */
    boolean holds(int packsNow) {
        return isWhole() && single.isEmpty() || packs == packsNow;
    }

    boolean isDamaged(long from, long to) {
        return Ranges.cover(damaged, from, to);
    }

    /** How much it takes to keep this. */
    int weight() {
        return 1 + damaged.size() + single.size();
    }
}
