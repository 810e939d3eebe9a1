package io.doppel.vault.chunk;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a segment of which only some ranges may have changed: takes the base's entries where nothing changed, and re-reads from the
 * last cut before a change until new cuts meet old ones. The result is what a full scan would give. One instance serves one thread.
 */
public final class ChangedScan {
    private static final int PIECE = 64 << 10;

    private final SegmentScanner scanner;

    /** Uses the scanner given. */
    public ChangedScan(SegmentScanner scanner) {
        this.scanner = scanner;
    }

    /**
     * Scans.
     *
     * @param base all entries of the segment in the base, adjacent holes joined
     * @param changes ranges that may have changed, ascending; parts outside the segment are ignored
     * @param sink takes the entries that were cut anew; its answer is ignored
     * @param kept takes the entries taken from the base
     */
    public void scan(DiskReader source, List<Entry> base, List<ByteRange> changes, EntrySink sink, List<Entry> kept)
            throws DoppelException {
        long end = base.get(base.size() - 1).end();
        int next = 0;
        long scannedTo = base.get(0).offset();
        for (ByteRange change : changes) {
            long from = Math.max(Layout.pageFloor(change.offset()), scannedTo);
            long to = Math.min(Layout.pageCeil(change.end()), end);
            if (from >= to) {
                continue;
            }
            int first = restart(base, next, from);
            kept.addAll(base.subList(next, first));
            Resync resync = new Resync(base, changes, sink, first, to);
            long start = base.get(first).offset();
            scanner.scan(source, start, end, unknown(base, changes, first, start, end), PIECE, resync);
            scannedTo = resync.reached;
            next = resync.next;
        }
        kept.addAll(base.subList(next, base.size()));
    }

    /**
     * The entry from which on everything may come out differently if a page at {@code from} changes. Where a chunk ends depends on up to
     * eight pages behind it, because a run of eight zero pages ends a chunk before the run.
     */
    private static int restart(List<Entry> base, int next, long from) {
        long sure = from - (long) Layout.ZERO_RUN * Layout.PAGE;
        int i = next;
        while (base.get(i).end() <= sure) {
            i++;
        }
        return i;
    }

    /** What may be other than zero behind a position: the base's chunks and all changes. */
    private static List<ByteRange> unknown(List<Entry> base, List<ByteRange> changes, int first, long start, long end) {
        List<ByteRange> all = new ArrayList<>();
        int c = 0;
        for (int i = first; i < base.size(); i++) {
            Entry e = base.get(i);
            if (!e.isHole()) {
                add(all, e.offset(), e.end());
                continue;
            }
            while (c < changes.size() && Layout.pageCeil(changes.get(c).end()) <= e.offset()) {
                c++;
            }
            for (int k = c; k < changes.size() && changes.get(k).offset() < e.end(); k++) {
                long from = Math.max(
                        Math.max(start, e.offset()),
                        Layout.pageFloor(changes.get(k).offset()));
                add(
                        all,
                        from,
                        Math.min(
                                Math.min(end, e.end()),
                                Layout.pageCeil(changes.get(k).end())));
            }
        }
        return all;
    }

    private static void add(List<ByteRange> all, long from, long to) {
        if (to <= from) {
            return;
        }
        ByteRange last = all.isEmpty() ? null : all.get(all.size() - 1);
        if (last != null && last.end() >= from) {
            all.set(all.size() - 1, new ByteRange(last.offset(), Math.max(last.end(), to) - last.offset()));
        } else {
            all.add(new ByteRange(from, to - from));
        }
    }

    /** Passes entries on until one ends where a base entry ends and no change is before it that was not scanned. */
    private static final class Resync implements EntrySink {
        private final List<Entry> base;
        private final List<ByteRange> changes;
        private final EntrySink sink;
        /** End of the change for which the scan was started. */
        private final long until;

        private int next;
        private int change;
        private long reached;

        Resync(List<Entry> base, List<ByteRange> changes, EntrySink sink, int first, long until) {
            this.base = base;
            this.changes = changes;
            this.sink = sink;
            this.next = first;
            this.until = until;
        }

        @Override
        public boolean chunk(long offset, byte[] buffer, int from, int length) throws DoppelException {
            sink.chunk(offset, buffer, from, length);
            return goOn(offset + length);
        }

        @Override
        public boolean hole(long offset, long length) throws DoppelException {
            sink.hole(offset, length);
            return goOn(offset + length);
        }

        private boolean goOn(long end) {
            reached = end;
            while (next < base.size() && base.get(next).end() <= end) {
                next++;
            }
            boolean meets = next == base.size() || base.get(next).offset() == end;
            while (change < changes.size()
                    && Layout.pageCeil(changes.get(change).end()) <= end) {
                change++;
            }
            boolean changeUnderWay = change < changes.size()
                    && Layout.pageFloor(changes.get(change).offset()) < end;
            return end < until || !meets || changeUnderWay;
        }
    }
}
