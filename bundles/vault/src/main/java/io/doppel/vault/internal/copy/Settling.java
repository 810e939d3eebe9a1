package io.doppel.vault.internal.copy;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VaultError;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.chunk.Ranges;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.session.RecordLane;
import io.doppel.vault.internal.session.Session;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.TreeDifference;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores the nodes of a version that the target lacks, and those chunks that did not come with their packs, from any copy that proves right.
 * Used by one thread; holds about 8 MiB.
 */
final class Settling implements AutoCloseable {
    private final CopySource source;
    private final Session session;
    private final NodeSource baseNodes;
    private final CancelToken cancel;
    private final Meter meter;
    private final RecordReader reader;
    private final RecordLane lane;
    private final byte[] buffer = new byte[Layout.MAX_CHUNK];

    Settling(CopySource source, Session session, NodeSource baseNodes, CancelToken cancel, Meter meter)
            throws DoppelException {
        this.source = source;
        this.session = session;
        this.baseNodes = baseNodes;
        this.cancel = cancel;
        this.meter = meter;
        this.lane = session.recordLane();
        this.reader = source.readers().get();
    }

    /**
     * What of the disk could not be read.
     *
     * @param ranges of the disk, ascending and disjoint
     * @param why the first reason; null if all could
     */
    record Unread(List<ByteRange> ranges, DoppelException why) {}

    Unread run(DiskPair pair) throws DoppelException {
        Storing storing = new Storing();
        new TreeDifference(source.nodes(), baseNodes, pair.damaged(), cancel, storing)
                .walk(pair.disk().rootId(), pair.base(), pair.disk().size());
        for (byte[] id : pair.single()) {
            store(id, baseNodes.node(id));
        }
        return new Unread(storing.ranges, storing.why);
    }

    private void store(byte[] id, byte[] bytes) throws DoppelException {
        int lacking = session.lackingNodes(id);
        if (lacking > 0) {
            meter.take(bytes.length * lacking);
            long before = session.storedBytes();
            session.storeNode(bytes);
            meter.done(session.storedBytes() - before);
        }
    }

    private final class Storing implements TreeDifference.Visitor {
        private final List<ByteRange> ranges = new ArrayList<>();
        private DoppelException why;

        @Override
        public void node(byte[] id, byte[] bytes) throws DoppelException {
            store(id, bytes);
        }

        @Override
        public void chunk(Entry chunk) throws DoppelException {
            if (session.has(chunk.id())) {
                return;
            }
            cancel.check();
            int length = (int) chunk.length();
            try {
                reader.read(ObjectKind.DATA, chunk.id(), buffer, 0, length);
            } catch (DoppelException e) {
                if (!e.is(VaultError.DAMAGED_DATA)) {
                    throw e;
                }
                unreadable(chunk.offset(), chunk.end(), e);
                return;
            }
            meter.read(length);
            meter.take(length);
            lane.store(buffer, 0, length);
            meter.done(length);
        }

        @Override
        public void unreadable(long from, long to, DoppelException reason) {
            why = why == null ? reason : why;
            Ranges.append(ranges, from, to);
        }
    }

    @Override
    public void close() {
        reader.close();
        lane.close();
    }
}
