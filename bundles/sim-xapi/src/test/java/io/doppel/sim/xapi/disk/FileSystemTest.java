package io.doppel.sim.xapi.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The write log against a real ext4 that stays mounted while snapshots are taken, and against qemu-io. */
class FileSystemTest {
    private static final int BLOCK = 64 * 1024;
    private static final long SIZE = 97L * 1024 * 1024 + 3 * 512;

    @TempDir
    private Path folder;

    @Test
    void theBitmapCoversWhatAFileSystemChanged() throws Exception {
        Path images = Files.createDirectory(folder.resolve("i"));
        Path mounted = Files.createDirectory(folder.resolve("m"));
        try (DiskStore store = new DiskStore(images)) {
            store.create("disk", SIZE);
            store.enableTracking("disk");
            int runs = 3;
            try (LiveDisk live = store.open("disk");
                    GuestFileSystem fs = GuestFileSystem.make(live, mounted)) {
                fs.run("head -c 40000000 /dev/urandom >big; mkdir d; echo one >d/a");
                for (int i = 0; i < runs; i++) {
                    store.snapshot("disk", "s" + i);
                    fs.run("head -c 200000 /dev/urandom >d/new" + i + "; echo x >>d/a");
                    fs.run("head -c 5000 /dev/urandom | dd of=big conv=notrunc bs=1 seek=" + (i + 1) * 7_000_000
                            + " status=none");
                    fs.run("rm -f d/new" + (i - 1));
                }
                store.snapshot("disk", "s" + runs);
            }
            for (int i = 0; i < runs; i++) {
                byte[] before = content(store, "s" + i);
                byte[] after = content(store, "s" + (i + 1));
                byte[] bitmap = store.changedBlocks("s" + i, "s" + (i + 1));
                BitSet marked = new BitSet();
                for (int block = 0; block * (long) BLOCK < SIZE; block++) {
                    marked.set(block, (bitmap[block / 8] & 0x80 >> block % 8) != 0);
                    int end = (int) Math.min(SIZE, (block + 1L) * BLOCK);
                    boolean same = Arrays.equals(before, block * BLOCK, end, after, block * BLOCK, end);
                    assertTrue(same || marked.get(block), "block " + block + " changed and is not marked");
                    if (marked.get(block)) {
                        System.arraycopy(after, block * BLOCK, before, block * BLOCK, end - block * BLOCK);
                    }
                }
                assertArrayEquals(after, before);
                // 205 KB of data and the journal: far from the 40 MB that the disk holds.
                assertTrue(marked.cardinality() > 3 && marked.cardinality() < 100, marked.cardinality() + " blocks");
            }
            Path raw = folder.resolve("raw");
            store.export("s" + runs, raw);
            assertEquals(SIZE, Files.size(raw));
            Tool.run("sh", "-c", "e2fsck -y -E journal_only \"$1\"; e2fsck -fn \"$1\"", "sh", raw.toString());
        }
    }

    private byte[] content(DiskStore store, String disk) throws IOException {
        Path raw = folder.resolve("oracle");
        store.export(disk, raw);
        byte[] bytes = Files.readAllBytes(raw);
        Files.delete(raw);
        return bytes;
    }

    @Test
    void whatQemuWritesIsMarkedToTheBlock() throws Exception {
        try (DiskStore store = new DiskStore(folder)) {
            store.create("disk", SIZE);
            store.enableTracking("disk");
            try (LiveDisk live = store.open("disk")) {
                qemu(live, "write -P 3 0 8M");
                store.snapshot("disk", "before");
                qemu(live, "write -P 7 100k 4k");
                qemu(live, "discard 1M 64k");
                qemu(live, "write -z 2M 128k");
                qemu(live, "write -P 9 " + (SIZE - 512) + " 512");
            }
            store.snapshot("disk", "after");
            byte[] bitmap = store.changedBlocks("before", "after");
            BitSet marked = new BitSet();
            for (int block = 0; block < bitmap.length * 8; block++) {
                marked.set(block, (bitmap[block / 8] & 0x80 >> block % 8) != 0);
            }
            assertEquals("{1, 16, 32, 33, " + SIZE / BLOCK + "}", marked.toString());
        }
    }

    private static void qemu(LiveDisk live, String command) throws IOException {
        Tool.run("qemu-io", "-f", "raw", "-c", command, live.path().toString());
    }
}
