package io.doppel.vault.internal.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.pack.Varints;
import io.doppel.vault.internal.tree.NodeSource;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a walk tells, what it holds and what it reads. */
class VersionWalkTest {
    private static final int PAGES = (int) (Layout.WINDOW / Layout.PAGE);
    private static final int FAN_OUT = 256;

    private final ChunkIndex index = new ChunkIndex();
    private final Map<ByteBuffer, byte[]> nodes = new HashMap<>();
    private int ids;

    private byte[] id() {
        return ByteBuffer.allocate(32).putInt(++ids).array();
    }

    private byte[] store(ByteArrayOutputStream node) {
        byte[] id = id();
        nodes.put(ByteBuffer.wrap(id), node.toByteArray());
        return id;
    }

    private byte[] node(byte[] id) {
        return nodes.get(ByteBuffer.wrap(id));
    }

    /** A leaf of chunks of one page. */
    private byte[] leaf() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Varints.put(out, 0);
        for (int i = 0; i < PAGES; i++) {
            Varints.put(out, 2);
            out.writeBytes(id());
        }
        return store(out);
    }

    private byte[] parent(List<byte[]> children) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] child : children) {
            Varints.put(out, 0);
            out.writeBytes(child);
        }
        return store(out);
    }

    private static VersionManifest version(long size, byte[] root) {
        return new VersionManifest(
                "0".repeat(32),
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                new VersionManifest.Host("rack 1", "folder"),
                new VersionManifest.MachineName("m-1", "mail"),
                "crash",
                Map.of(),
                List.of(new VersionManifest.Disk(
                        "0", "root", "raw", size, HexFormat.of().formatHex(root), size)),
                List.of(),
                new VersionManifest.Stats(size, 0, 0, 0));
    }

    private VersionWalk walk(NodeSource source) {
        return new VersionWalk(index, source, CancelToken.NEVER);
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void aDiskOfWhichNothingIsLeftTakesNoMemory() throws Exception {
        byte[] leaf = leaf();
        byte[] last = leaf();
        List<byte[]> children = new ArrayList<>(Collections.nCopies(FAN_OUT - 1, leaf));
        children.add(last);
        byte[] root = parent(children);
        long before = usedHeap();
        long[] atLast = new long[1];
        NodeSource source = id -> {
            if (Arrays.equals(id, last)) {
                atLast[0] = usedHeap();
            }
            return node(id);
        };
        List<String> problems = walk(source).check(Damage.NONE).problems(version(FAN_OUT * Layout.WINDOW, root));
        assertEquals(21, problems.size());
        assertEquals("disk '0', bytes 0 to 4096: no pack holds it", problems.get(0));
        assertEquals("disk '0': and " + (FAN_OUT * PAGES - 20) + " places more", problems.get(20));
        long held = atLast[0] - before;
        assertTrue(held < 8 << 20, held + " bytes for " + FAN_OUT * PAGES + " places");
    }

    /** Makes a leaf's chunks known to the index, in a pack of that name. Returns the pack's number. */
    private int known(String pack, byte[] leaf) {
        List<RecordInfo> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(node(leaf));
        in.get();
        for (int i = 0; i < PAGES; i++) {
            in.get();
            byte[] chunk = new byte[32];
            in.get(chunk);
            records.add(new RecordInfo(chunk, (byte) 0, Layout.PAGE, Layout.PAGE + 16, 64 + i * (Layout.PAGE + 16L)));
        }
        return index.add(new PackInfo(pack, ObjectKind.DATA, 8 << 20, records));
    }

    @Test
    void whatVersionsShareIsReadOnce() throws Exception {
        byte[] a = leaf();
        byte[] b = leaf();
        byte[] c = leaf();
        known("a".repeat(32), a);
        known("b".repeat(32), b);
        known("c".repeat(32), c);
        byte[] first = parent(List.of(a, b));
        byte[] second = parent(List.of(a, c));
        List<byte[]> reads = new ArrayList<>();
        VersionWalk walk = walk(id -> {
            reads.add(id);
            return node(id);
        });
        VersionWalk.Check check = walk.check(Damage.NONE);
        for (byte[] root : List.of(first, second, first, second)) {
            assertEquals(List.of(), check.problems(version(2 * Layout.WINDOW, root)));
        }
        assertEquals(5, reads.size(), "two roots and three leaves");
        reads.clear();
        assertEquals(
                Set.of(0, 1, 2),
                walk.packsOf(List.of(version(2 * Layout.WINDOW, first), version(2 * Layout.WINDOW, second))));
        assertEquals(5, reads.size(), "two roots and three leaves");
    }

    @Test
    void whatIsDamagedIsToldOfEveryVersionThatHasIt() throws Exception {
        byte[] a = leaf();
        byte[] b = leaf();
        byte[] c = leaf();
        known("a".repeat(32), a);
        int pack = known("b".repeat(32), b);
        known("c".repeat(32), c);
        VersionWalk.Check check = walk(this::node).check(Damage.ofPack(pack));
        byte[] root = parent(List.of(a, b));
        for (byte[] damaged : List.of(root, parent(List.of(c, b)), root)) {
            List<String> problems = check.problems(version(2 * Layout.WINDOW, damaged));
            assertEquals(21, problems.size());
            assertTrue(problems.get(0).startsWith("disk '0', bytes 4194304 to 4198400: damaged in "), problems.get(0));
        }
        assertEquals(List.of(), check.problems(version(2 * Layout.WINDOW, parent(List.of(a, c)))));
    }

    @Test
    void aNodeThatCannotBeReadHidesNoOther() throws Exception {
        byte[] a = leaf();
        byte[] b = leaf();
        int pack = known("a".repeat(32), a);
        known("b".repeat(32), b);
        byte[] root = parent(List.of(b, a, b));
        VersionManifest version = version(3 * Layout.WINDOW, root);
        VersionWalk.Check check = walk(id -> {
                    if (Arrays.equals(id, b)) {
                        throw new DoppelException(VaultError.DAMAGED_DATA, "made by the test");
                    }
                    return node(id);
                })
                .check(Damage.ofPack(pack));
        for (int i = 0; i < 2; i++) {
            List<String> problems = check.problems(version);
            assertEquals("disk '0', bytes 0 to 4194304: made by the test", problems.get(0));
            assertTrue(problems.get(1).startsWith("disk '0', bytes 4194304 to 4198400: damaged in "), problems.get(1));
            assertEquals("disk '0': and " + (PAGES - 18) + " places more", problems.get(20));
        }
    }
}
