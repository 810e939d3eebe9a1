package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.DiskTree;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.internal.tree.NodeStore;
import io.doppel.vault.internal.tree.TreeBuilder;
import io.doppel.vault.internal.tree.TreeReader;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A disk's tree in a session. */
final class SessionTree implements DiskTree {
    private final TreeBuilder builder;
    private final TreeReader base;
    private final AtomicLong data;
    /** Bytes in chunks of those of the base's segments that were asked for and not replaced yet. */
    private final Map<Long, Long> baseSegmentData = new ConcurrentHashMap<>();

    SessionTree(NodeStore store, TreeReader base, long baseData, long size) {
        this.base = base != null && base.size() == size ? base : null;
        this.data = new AtomicLong(this.base == null ? 0 : baseData);
        this.builder = new TreeBuilder(store, this.base, size);
    }

    @Override
    public Optional<List<Entry>> base(long segmentStart) throws DoppelException {
        if (base == null) {
            return Optional.empty();
        }
        List<Entry> entries = base.segment(segmentStart);
        baseSegmentData.put(segmentStart, dataOf(entries));
        return Optional.of(entries);
    }

    @Override
    public void segment(long segmentStart, List<Entry> entries) throws DoppelException {
        builder.segment(segmentStart, entries);
        data.addAndGet(dataOf(entries) - baseData(segmentStart));
    }

    private long baseData(long segmentStart) throws DoppelException {
        if (base == null) {
            return 0;
        }
        Long known = baseSegmentData.remove(segmentStart);
        return known == null ? dataOf(base.segment(segmentStart)) : known;
    }

    @Override
    public void frontier(long offset) throws DoppelException {
        builder.frontier(offset);
    }

    @Override
    public Optional<String> finish() throws DoppelException {
        return Optional.ofNullable(builder.finish()).map(HexFormat.of()::formatHex);
    }

    @Override
    public long dataBytes() {
        return data.get();
    }

    private static long dataOf(List<Entry> entries) {
        return entries.stream()
                .filter(e -> !e.isHole())
                .mapToLong(Entry::length)
                .sum();
    }
}
