package io.doppel.sim.xapi.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks, snapshots and the write log against a model that is only bytes in memory. */
class DiskStoreTest {
    private static final int BLOCK = 64 * 1024;
    private static final int MIB = 1024 * 1024;

    @TempDir
    private Path folder;

    private DiskStore store;
    private final Random random = new Random(4);

    @BeforeEach
    void open() {
        store = new DiskStore(folder);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {2 * MIB, 5 * MIB + 512, 9 * MIB + 3 * BLOCK - 512, 33 * BLOCK})
    void theBitmapHasExactlyTheBlocksThatWereWritten(long size) throws IOException {
        store.create("disk", size);
        write("disk", 0, BLOCK);
        store.enableTracking("disk");
        store.snapshot("disk", "first");
        BitSet blocks = new BitSet();
        try (LiveDisk live = store.open("disk")) {
            blocks.or(scribble(live, size, 5));
            // The same bytes once more are a write too.
            blocks.or(rewrite(live, size));
        }
        store.snapshot("disk", "second");
        assertArrayEquals(bitmap(blocks, size), store.changedBlocks("first", "second"));
        store.snapshot("disk", "third");
        assertArrayEquals(bitmap(new BitSet(), size), store.changedBlocks("second", "third"));
        assertArrayEquals(bitmap(blocks, size), store.changedBlocks("first", "third"));
        blocks.or(write("disk", size - 512, 512));
        assertArrayEquals(bitmap(blocks, size), store.changedBlocks("first", "disk"));
    }

    @Test
    void snapshotsAreTakenWhileTheDiskIsBeingWritten() throws IOException {
        long size = 7L * MIB + 512;
        store.create("disk", size);
        store.enableTracking("disk");
        Map<String, byte[]> oracle = new HashMap<>();
        List<BitSet> written = new ArrayList<>();
        try (LiveDisk live = store.open("disk")) {
            for (int i = 0; i < 4; i++) {
                written.add(scribble(live, size, 4));
                oracle.put("s" + i, Files.readAllBytes(live.path()));
                store.snapshot("disk", "s" + i);
            }
            assertThrows(IOException.class, () -> store.open("disk"));
            assertThrows(IOException.class, () -> store.read("disk"));
            scribble(live, size, 4);
        }
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(oracle.get("s" + i), content("s" + i));
            if (i > 0) {
                assertArrayEquals(bitmap(written.get(i), size), store.changedBlocks("s" + (i - 1), "s" + i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void destroyInAnyOrderKeepsTheRest(int seed) throws IOException {
        Random order = new Random(seed);
        long size = 6L * MIB - 512;
        store.create("disk", size);
        store.enableTracking("disk");
        Map<String, byte[]> oracle = new HashMap<>();
        Map<String, Integer> age = new HashMap<>();
        List<BitSet> written = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            try (LiveDisk live = store.open("disk")) {
                written.add(scribble(live, size, 3));
            }
            store.snapshot("disk", "s" + i);
            oracle.put("s" + i, content("s" + i));
            age.put("s" + i, i);
        }
        store.copy("s2", "copy");
        write("copy", 0, BLOCK);
        oracle.put("copy", content("copy"));
        oracle.put("disk", content("disk"));
        List<String> left = new ArrayList<>(oracle.keySet());
        Collections.shuffle(left, order);
        while (!left.isEmpty()) {
            String gone = left.remove(0);
            store.destroy(gone);
            for (String disk : left) {
                assertArrayEquals(oracle.get(disk), content(disk), disk + " after " + gone);
            }
            for (String from : left) {
                for (String to : left) {
                    if (age.containsKey(from) && age.containsKey(to) && age.get(from) < age.get(to)) {
                        BitSet blocks = new BitSet();
                        written.subList(age.get(from) + 1, age.get(to) + 1).forEach(blocks::or);
                        assertArrayEquals(bitmap(blocks, size), store.changedBlocks(from, to));
                    }
                }
            }
        }
        assertEquals(0, store.layers());
        try (var files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void aSnapshotWithoutContentKeepsItsPlaceInTheLog() throws IOException {
        long size = 3L * MIB;
        store.create("disk", size);
        store.enableTracking("disk");
        write("disk", 0, 2 * BLOCK);
        store.snapshot("disk", "base");
        store.dataDestroy("base");
        BitSet blocks = write("disk", 5 * BLOCK, 1);
        store.snapshot("disk", "next");
        assertArrayEquals(bitmap(blocks, size), store.changedBlocks("base", "next"));
        assertThrows(IOException.class, () -> store.read("base"));
        assertThrows(IOException.class, () -> store.dataDestroy("disk"));
        assertEquals(0, store.physicalUtilisation("base"));
    }

    @Test
    void changesAreOnlyKnownOnOneLineOfTheLog() throws IOException {
        store.create("disk", MIB);
        store.snapshot("disk", "untracked");
        store.enableTracking("disk");
        store.snapshot("disk", "one");
        store.snapshot("disk", "two");
        store.disableTracking("disk");
        assertThrows(IOException.class, () -> store.changedBlocks("two", "disk"));
        store.enableTracking("disk");
        store.snapshot("disk", "three");
        assertThrows(IOException.class, () -> store.changedBlocks("untracked", "one"));
        assertThrows(IOException.class, () -> store.changedBlocks("two", "three"));
        assertThrows(IOException.class, () -> store.changedBlocks("two", "one"));
        assertThrows(IOException.class, () -> store.changedBlocks("one", "one"));
        assertArrayEquals(new byte[2], store.changedBlocks("one", "two"));
    }

    @Test
    void aLargerDiskHasZerosAtItsEndAndALongerBitmap() throws IOException {
        store.create("disk", 2 * MIB + 512);
        store.enableTracking("disk");
        store.snapshot("disk", "small");
        store.resize("disk", 4 * MIB);
        BitSet blocks = write("disk", 4 * MIB - 1, 1);
        store.snapshot("disk", "large");
        assertEquals(4 * MIB, store.size("large"));
        assertEquals(2 * MIB + 512, content("small").length);
        assertArrayEquals(bitmap(blocks, 4 * MIB), store.changedBlocks("small", "large"));
        byte[] large = content("large");
        assertEquals(4 * MIB, large.length);
        assertEquals(0, large[3 * MIB]);
        assertThrows(IOException.class, () -> store.resize("disk", MIB));
    }

    @Test
    void whatIsOpenIsNotMergedBeforeItCloses() throws IOException {
        long size = 6L * MIB;
        store.create("disk", size);
        Map<String, byte[]> oracle = new HashMap<>();
        try (LiveDisk live = store.open("disk")) {
            for (int i = 0; i < 5; i++) {
                scribble(live, size, 4);
                oracle.put("s" + i, Files.readAllBytes(live.path()));
                store.snapshot("disk", "s" + i);
            }
            try (LiveDisk view = store.read("s3")) {
                for (String gone : List.of("s2", "s0", "s3")) {
                    store.destroy(gone);
                    assertArrayEquals(oracle.get("s3"), Files.readAllBytes(view.path()));
                    assertArrayEquals(oracle.get("s4"), Files.readAllBytes(live.path()));
                }
            }
            scribble(live, size, 4);
            store.destroy("s4");
            oracle.put("disk", Files.readAllBytes(live.path()));
        }
        assertTrue(store.layers() <= 3, store.layers() + " layers");
        assertArrayEquals(oracle.get("s1"), content("s1"));
        assertArrayEquals(oracle.get("disk"), content("disk"));
    }

    @Test
    void severalDisksOfOneFamilyAreUsedAtOnce() throws Exception {
        int size = 3 * MIB;
        store.create("golden", size);
        write("golden", 0, 2 * MIB);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String disk = "disk" + i;
            int seed = i;
            ends.add(threads.submit(() -> {
                Random own = new Random(seed);
                store.copy("golden", disk);
                store.enableTracking(disk);
                for (int run = 0; run < 4; run++) {
                    byte[] bytes = new byte[BLOCK];
                    own.nextBytes(bytes);
                    byte[] expected;
                    BitSet blocks;
                    try (LiveDisk live = store.open(disk)) {
                        blocks = write(live, own.nextInt(40) * BLOCK, bytes);
                        store.snapshot(disk, disk + "-" + run);
                        expected = Files.readAllBytes(live.path());
                    }
                    try (LiveDisk view = store.read(disk + "-" + run)) {
                        assertArrayEquals(expected, Files.readAllBytes(view.path()));
                    }
                    if (run > 0) {
                        String last = disk + "-" + (run - 1);
                        assertArrayEquals(bitmap(blocks, size), store.changedBlocks(last, disk + "-" + run));
                        store.destroy(last);
                    }
                }
                return null;
            }));
        }
        for (Future<?> end : ends) {
            end.get(120, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }

    @Test
    void manyRunsLeaveAShortChain() throws IOException {
        store.create("disk", MIB);
        store.enableTracking("disk");
        for (int i = 0; i < 6; i++) {
            write("disk", i * BLOCK, 9);
            store.snapshot("disk", "s" + i);
            if (i > 0) {
                store.dataDestroy("s" + (i - 1));
            }
        }
        assertTrue(store.layers() <= 3, store.layers() + " layers");
    }

    private BitSet write(String disk, long offset, int length) throws IOException {
        try (LiveDisk live = store.open(disk)) {
            return write(live, offset, length);
        }
    }

    private BitSet write(LiveDisk live, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return write(live, offset, bytes);
    }

    private static BitSet write(LiveDisk live, long offset, byte[] bytes) throws IOException {
        try (FileChannel file = FileChannel.open(live.path(), StandardOpenOption.WRITE)) {
            assertEquals(bytes.length, file.write(ByteBuffer.wrap(bytes), offset));
        }
        BitSet blocks = new BitSet();
        blocks.set((int) (offset / BLOCK), (int) ((offset + bytes.length + BLOCK - 1) / BLOCK));
        return blocks;
    }

    private BitSet scribble(LiveDisk live, long size, int writes) throws IOException {
        BitSet blocks = new BitSet();
        for (int i = 0; i < writes; i++) {
            long offset = random.nextLong(size);
            blocks.or(write(live, offset, 1 + random.nextInt((int) Math.min(2 * BLOCK, size - offset))));
        }
        return blocks;
    }

    private BitSet rewrite(LiveDisk live, long size) throws IOException {
        long offset = random.nextLong(size - 512);
        byte[] bytes = new byte[512];
        try (FileChannel file = FileChannel.open(live.path(), StandardOpenOption.READ)) {
            assertEquals(512, file.read(ByteBuffer.wrap(bytes), offset));
        }
        return write(live, offset, bytes);
    }

    private byte[] content(String disk) throws IOException {
        Path raw = folder.resolve("oracle");
        store.export(disk, raw);
        byte[] bytes = Files.readAllBytes(raw);
        Files.delete(raw);
        return bytes;
    }

    private static byte[] bitmap(BitSet blocks, long size) {
        byte[] bitmap = new byte[(int) (((size + BLOCK - 1) / BLOCK + 7) / 8)];
        for (int i = blocks.nextSetBit(0); i >= 0; i = blocks.nextSetBit(i + 1)) {
            bitmap[i / 8] |= (byte) (1 << 7 - i % 8);
        }
        return bitmap;
    }
}
