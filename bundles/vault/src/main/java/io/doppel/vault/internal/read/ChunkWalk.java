package io.doppel.vault.internal.read;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.tree.TreeReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a disk's chunks in order, fetching neighbours in a pack together. */
final class ChunkWalk implements VersionDisk.ChunkReader {
    /** Bytes between two wanted records that are read along rather than asked for apart. */
    private static final int GAP = 64 << 10;

    private final TreeReader tree;
    private final ChunkIndex index;
    private final RecordReader records;
    private final byte[] buffer = new byte[Layout.MAX_CHUNK];

    ChunkWalk(TreeReader tree, ChunkIndex index, RecordReader records) {
        this.tree = tree;
        this.index = index;
        this.records = records;
    }

    @Override
    public void read(long from, long to, VersionDisk.ChunkSink sink) throws DoppelException {
        read(from, to, from, sink);
    }

    @Override
    public void readTouching(long from, long to, VersionDisk.ChunkSink sink) throws DoppelException {
        read(from, to, 0, sink);
    }

    private void read(long from, long to, long firstStart, VersionDisk.ChunkSink sink) throws DoppelException {
        Map<Long, DoppelException> lost = new HashMap<>();
        List<Entry> chunks = touching(from, to, firstStart, lost);
        int fetched = 0;
        for (int i = 0; i < chunks.size(); i++) {
            Entry e = chunks.get(i);
            if (e.isHole()) {
                sink.unreadable(e.offset(), e.length(), lost.get(e.offset()));
                continue;
            }
            if (i >= fetched) {
                fetched = fetch(chunks, i);
            }
            try {
                records.read(ObjectKind.DATA, e.id(), buffer, 0, (int) e.length());
            } catch (DoppelException bad) {
                if (!bad.is(VaultError.DAMAGED_DATA)) {
                    throw bad;
                }
                sink.unreadable(e.offset(), e.length(), bad);
                continue;
            }
            sink.chunk(e.offset(), buffer, 0, (int) e.length());
        }
    }

    /** The chunks that touch a range, unless they start too early, and, as holes, what hangs on nodes that cannot be read. */
    private List<Entry> touching(long from, long to, long firstStart, Map<Long, DoppelException> lost)
            throws DoppelException {
        List<Entry> chunks = new ArrayList<>();
        tree.chunks(
                from,
                to,
                e -> {
                    if (e.offset() >= firstStart) {
                        chunks.add(e);
                    }
                },
                (start, end, why) -> {
                    chunks.add(Entry.hole(start, end - start));
                    lost.put(start, why);
                });
        return chunks;
    }

    /** Reads the records of as many chunks as follow each other in one pack; returns the first chunk not among them. */
    private int fetch(List<Entry> chunks, int first) throws DoppelException {
        List<Location> copies = index.find(chunks.get(first).id());
        if (copies.isEmpty()) {
            return first + 1;
        }
        Location start = copies.get(0);
        long end = start.end();
        int next = first + 1;
        while (next < chunks.size() && !chunks.get(next).isHole()) {
            List<Location> more = index.find(chunks.get(next).id());
            Location l = more.isEmpty() ? null : more.get(0);
            if (l == null
                    || l.pack() != start.pack()
                    || l.offset() < end
                    || l.offset() - end > GAP
                    || l.end() - start.offset() > RecordReader.SPAN) {
                break;
            }
            end = l.end();
            next++;
        }
        if (next > first + 1) {
            records.prefetch(start.pack(), start.offset(), end);
        }
        return next;
    }

    @Override
    public void close() {
        records.close();
    }
}
