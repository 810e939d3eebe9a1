package io.doppel.vault.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.tree.TreeReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Trees over a base, with nodes in a map. */
class SessionTreeTest {
    private static final long SIZE = 3 * Layout.SEGMENT + 5 * Layout.PAGE;
    private static final long CHUNK = 64L * Layout.PAGE;
    private static final BaseFinding WHOLE = BaseFinding.whole(Damage.NONE, SIZE);

    private final Map<ByteBuffer, byte[]> nodes = new HashMap<>();
    private final List<ByteBuffer> reads = new ArrayList<>();
    private int ids;

    private byte[] store(byte[] node) {
        byte[] id = id();
        nodes.put(ByteBuffer.wrap(id), node);
        return id;
    }

    private byte[] read(byte[] id) {
        reads.add(ByteBuffer.wrap(id));
        return nodes.get(ByteBuffer.wrap(id));
    }

    private byte[] id() {
        return ByteBuffer.allocate(32).putInt(++ids).array();
    }

    private List<Entry> full(long segmentStart) {
        List<Entry> entries = new ArrayList<>();
        long end = Math.min(segmentStart + Layout.SEGMENT, SIZE);
        for (long at = segmentStart; at < end; at += CHUNK) {
            entries.add(new Entry(at, Math.min(CHUNK, end - at), id()));
        }
        return entries;
    }

    private TreeReader base() throws Exception {
        SessionTree tree = new SessionTree(this::store, SIZE);
        for (long s = 0; s < SIZE; s += Layout.SEGMENT) {
            tree.segment(s, full(s));
        }
        byte[] root = HexFormat.of().parseHex(tree.finish().orElseThrow());
        assertEquals(SIZE, tree.dataBytes());
        return new TreeReader(this::read, root, SIZE);
    }

    @Test
    void whatWasReadOfTheBaseIsNotReadAgain() throws Exception {
        SessionTree tree = new SessionTree(this::store, this::read, base(), WHOLE, SIZE);
        List<Entry> entries = new ArrayList<>(tree.base(Layout.SEGMENT).orElseThrow());
        entries.set(0, new Entry(Layout.SEGMENT, CHUNK, id()));
        tree.segment(Layout.SEGMENT, entries);
        tree.finish();
        long leaves = Layout.SEGMENT / Layout.WINDOW;
        assertEquals(leaves + 1, reads.size(), "the segment's leaves and the root above them, once each");
        assertEquals(reads.size(), reads.stream().distinct().count());
    }

    @Test
    void dataBytesFollowWhatIsReplaced() throws Exception {
        SessionTree tree = new SessionTree(this::store, this::read, base(), WHOLE, SIZE);
        tree.base(0);
        tree.segment(0, List.of(Entry.hole(0, Layout.SEGMENT)));
        tree.segment(Layout.SEGMENT, List.of(Entry.hole(Layout.SEGMENT, Layout.SEGMENT)));
        assertTrue(tree.finish().isPresent());
        assertEquals(SIZE - 2 * Layout.SEGMENT, tree.dataBytes());
    }
}
