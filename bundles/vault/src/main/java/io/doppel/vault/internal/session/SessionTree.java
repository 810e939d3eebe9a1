package io.doppel.vault.internal.session;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.DiskTree;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.tree.NodeSource;
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
    private final NodeStore store;
    private final NodeSource nodes;
    private final TreeReader base;
    /** What of the base can be taken over. */
    private final BaseFinding found;

    private final AtomicLong data;
    /** Bytes in chunks of those of the base's segments that were asked for and not replaced yet. */
    private final Map<Long, Long> baseSegmentData = new ConcurrentHashMap<>();

    /** A tree without a base. */
    SessionTree(NodeStore store, long size) {
        this(store, null, null, BaseFinding.whole(Damage.NONE, 0), size);
    }

    /**
     * A tree with a base.
     *
     * @param base not used if it has another size
     * @param found what of it can be taken over
     */
    SessionTree(NodeStore store, NodeSource nodes, TreeReader base, BaseFinding found, long size) {
        boolean usable = base != null && base.size() == size;
        this.store = store;
        this.nodes = nodes;
        this.base = usable ? base : null;
        this.found = found;
        this.data = new AtomicLong(usable ? found.dataBytes() : 0);
        this.builder = new TreeBuilder(store, this.base, size);
    }

    @Override
    public List<ByteRange> damaged() {
        return base == null ? List.of() : found.damaged();
    }

    @Override
    public Optional<List<Entry>> base(long segmentStart) throws DoppelException {
        if (base == null) {
            return Optional.empty();
        }
        List<Entry> entries = baseSegment(segmentStart);
        baseSegmentData.put(segmentStart, dataOf(entries));
        return Optional.of(entries);
    }

    private List<Entry> baseSegment(long segmentStart) throws DoppelException {
        return base.segment(segmentStart, (from, to, why) -> {
            if (!found.isDamaged(from, to)) {
                // nobody was told to read it
                throw why;
            }
        });
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
        return known == null ? dataOf(baseSegment(segmentStart)) : known;
    }

    @Override
    public void frontier(long offset) throws DoppelException {
        builder.frontier(offset);
    }

    @Override
    public Optional<String> finish() throws DoppelException {
        if (base != null) {
            for (byte[] id : found.single()) {
                store.store(nodes.node(id));
            }
        }
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
