package io.doppel.vault.internal.copy;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.copy.CopyProgress.Phase;
import io.doppel.vault.internal.index.LiveSet;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.session.Session;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.TreeDifference;
import java.util.List;

/** Finds out what a target lacks of a version, and where it is in the source. Used by one thread; holds what {@link LiveSet} says. */
final class Survey {
    private final CopySource source;
    private final Session session;
    private final NodeSource baseNodes;
    private final CancelToken cancel;
    private final Meter meter;
    private final LiveSet wanted;
    private final int packs;
    private long nodeBytes;
    private long at;

    Survey(CopySource source, Session session, NodeSource baseNodes, CancelToken cancel, Meter meter) {
        this.source = source;
        this.session = session;
        this.baseNodes = baseNodes;
        this.cancel = cancel;
        this.meter = meter;
        this.packs = source.index().packCount();
        this.wanted = new LiveSet(source.index());
    }

    void run(List<DiskPair> disks) throws DoppelException {
        meter.begin(Phase.SURVEY, disks.stream().mapToLong(p -> p.disk().size()).sum());
        for (DiskPair pair : disks) {
            at = 0;
            new TreeDifference(source.nodes(), baseNodes, pair.damaged(), cancel, new Marking())
                    .walk(pair.disk().rootId(), pair.base(), pair.disk().size());
            meter.done(pair.disk().size() - at);
        }
    }

    /** What the target lacks is marked in it. */
    LiveSet wanted() {
        return wanted;
    }

    /** How many packs the source had before this; what came later is none of it. */
    int packs() {
        return packs;
    }

    /** Bytes of records that the target lacks, as they are in the source. */
    long missingBytes() {
        long sum = nodeBytes;
        for (int pack = 0; pack < packs; pack++) {
            sum += wanted.liveBytes(pack);
        }
        return sum;
    }

    private final class Marking implements TreeDifference.Visitor {
        @Override
        public void node(byte[] id, byte[] bytes) throws DoppelException {
            int lacking = session.lackingNodes(id);
            if (lacking > 0) {
                List<Location> copies = source.index().find(id);
                nodeBytes += (long) lacking
                        * (copies.isEmpty() ? bytes.length : copies.get(0).stored());
            }
        }

        @Override
        public void chunk(Entry chunk) throws DoppelException {
            if (!session.has(chunk.id())) {
                wanted.mark(chunk.id(), 1);
            }
            if (chunk.end() > at) {
                meter.done(chunk.end() - at);
                at = chunk.end();
            }
        }

        @Override
        public void unreadable(long from, long to, DoppelException why) {
            // those who settle what is left tell of it, unless it can be read by then
        }
    }
}
