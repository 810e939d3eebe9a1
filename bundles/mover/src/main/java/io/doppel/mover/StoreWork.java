package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.DiskTree;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.ChangedScan;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.EntrySink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Stores a disk in a vault and, in the same pass, writes it to other disks. */
final class StoreWork implements DiskWork {
    private static final int PIECE = 256 << 10;

    private final DiskReader source;
    private final WriteSession session;
    private final DiskTree tree;
    private final List<DiskWriter> writers;
    private final boolean changedOnly;
    private final SegmentPlan plan;
    private final Meter meter;
    private final TreeSet<Long> underWay = new TreeSet<>();
    /** End of the last segment that was given. */
    private long planned;

    private TransferResult.DiskResult result;

    /**
     * Work.
     *
     * @param changes what may differ from the base; null to read everything
     */
    StoreWork(
            DiskReader source,
            WriteSession session,
            DiskTree tree,
            List<DiskWriter> writers,
            List<ByteRange> changes,
            Meter meter) {
        this.source = source;
        this.session = session;
        this.tree = tree;
        this.writers = writers;
        this.changedOnly = changes != null;
        this.plan = new SegmentPlan(source, changes);
        this.meter = meter;
    }

    @Override
    public Optional<Segment> next() throws DoppelException {
        Optional<Segment> segment = plan.next();
        zeroUpTo(segment.map(Segment::start).orElse(source.size()));
        segment.ifPresent(s -> planned = s.end());
        synchronized (underWay) {
            segment.ifPresent(s -> underWay.add(s.start()));
        }
        return segment;
    }

    /** Zeroes what no segment covers where the source has nothing, on disks that hold something else. */
    private void zeroUpTo(long offset) throws DoppelException {
        if (!changedOnly && offset > planned) {
            for (DiskWriter w : writers) {
                if (!w.startsZeroed()) {
                    w.zero(planned, offset - planned);
                }
            }
            planned = offset;
        }
    }

    @Override
    public int parallelism() {
        return source.parallelism();
    }

    @Override
    public void interrupt() {
        source.interrupt();
    }

    @Override
    public void process(Segment segment, Workspace workspace) throws DoppelException {
        WriteSession.Lane lane = workspace.lane(session);
        long storedBefore = lane.storedBytes();
        Collector collector = new Collector(lane);
        if (changedOnly) {
            List<Entry> base = tree.base(segment.start()).orElseThrow();
            List<Entry> kept = new ArrayList<>();
            new ChangedScan(lane.scanner()).scan(source, base, segment.ranges(), collector, kept);
            kept.forEach(e -> meter.skipped(e.length()));
            collector.entries.addAll(kept);
            collector.entries.sort(Comparator.comparingLong(Entry::offset));
        } else {
            lane.scanner().scan(source, segment.start(), segment.end(), segment.ranges(), PIECE, collector);
        }
        tree.segment(segment.start(), joined(collector.entries));
        meter.stored(lane.storedBytes() - storedBefore);
        long frontier;
        synchronized (underWay) {
            underWay.remove(segment.start());
            frontier = underWay.isEmpty() ? segment.end() : underWay.first();
        }
        tree.frontier(Math.min(frontier, planFrontier()));
    }

    private synchronized long planFrontier() {
        return plan.frontier();
    }

    @Override
    public void finish() throws DoppelException {
        source.verifyUnchanged();
        Optional<String> root = tree.finish();
        for (DiskWriter w : writers) {
            w.flush();
        }
        meter.skipped(Math.max(0, source.size() - meter.progress().done()));
        Map<String, String> roots = Map.of(session.vaultId(), root.orElse(""));
        result = new TransferResult.DiskResult(source.size(), tree.dataBytes(), meter.end(), roots);
    }

    TransferResult.DiskResult result() {
        return result;
    }

    private static List<Entry> joined(List<Entry> entries) {
        List<Entry> all = new ArrayList<>(entries.size());
        entries.forEach(e -> Entry.addJoined(all, e));
        return all;
    }

    private final class Collector implements EntrySink {
        private final WriteSession.Lane lane;
        private final List<Entry> entries = new ArrayList<>();

        Collector(WriteSession.Lane lane) {
            this.lane = lane;
        }

        @Override
        public boolean chunk(long offset, byte[] buffer, int from, int length) throws DoppelException {
            entries.add(new Entry(offset, length, lane.store(buffer, from, length)));
            for (DiskWriter w : writers) {
                w.write(offset, buffer, from, length);
            }
            meter.done(length);
            return true;
        }

        @Override
        public boolean hole(long offset, long length) throws DoppelException {
            entries.add(Entry.hole(offset, length));
            for (DiskWriter w : writers) {
                if (changedOnly || !w.startsZeroed()) {
                    w.zero(offset, length);
                }
            }
            meter.skipped(length);
            return true;
        }
    }
}
