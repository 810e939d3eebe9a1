package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.Progress;
import io.doppel.disks.DiskImages;
import io.doppel.disks.RawDiskWriter;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.processor.TransferResult;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.DiskTree;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.EntrySink;
import io.doppel.vault.chunk.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks of 1 TiB cost what is in them or what changed on them, not their size. The heap of the tests is 512 MiB. {@code
 * -Ddoppel.tebibyte.mib=1024 -Ddoppel.tebibyte.changes=16000} does it with more data; figures are in the test's output.
 */
@Timeout(600)
class TebibyteTest {
    private static final long TIB = 1L << 40;
    private static final int MIB = 1 << 20;
    private static final int DATA_MIB = Integer.getInteger("doppel.tebibyte.mib", 64);
    private static final int CHANGES = Integer.getInteger("doppel.tebibyte.changes", 500);
    /** Backups of one changed page. */
    private static final int PAGES = 60;

    /** What a page may add where nothing but the chunk that it lies in changes. */
    private static final long ONE_PAGE = 300 << 10;

    /**
     * Both copies of a leaf, a node of level 1, one of level 2 and the root, if none compresses; those of this disk do, because its
     * segments repeat.
     */
    private static final long NODES = 2 * (40 * 34 + 2 * 256 * 33 + 4 * 33);

    private static final int CHANGE = 64 << 10;
    /** Distance of scattered changes: as far as 16 000 are apart on a tebibyte. */
    private static final long APART = TIB / 16_000 / 4096 * 4096;

    @TempDir
    Path folder;

    private Path store;
    private Vault vault;
    /** What the chunks of the last backup of changes take, without anything around them. */
    private long chunkBytes;

    @BeforeEach
    void open() throws DoppelException {
        store = folder.resolve("store");
        vault = Rig.create(LocalStorage.open(store), folder.resolve("state"));
    }

    @AfterEach
    void close() throws DoppelException {
        vault.close();
    }

    @Test
    void aSparseDiskCostsItsDataOnly() throws Exception {
        Path small = sparse("small.raw", 2L * DATA_MIB * MIB);
        Path image = sparse("image.raw", TIB);
        time("small first full", () -> backup(small));
        long before = stored();
        VersionManifest first = time("1 TiB first full", () -> backup(image));
        long added = stored() - before;
        assertTrue(added < MIB + (long) DATA_MIB * MIB, "added " + added);
        before = stored();
        VersionManifest second = time("1 TiB again", () -> backup(image));
        added = stored() - before;
        assertTrue(added < MIB, "an unchanged disk added " + added);
        tell("unchanged backup added " + added + " bytes");
        assertEquals(first.disks().get(0).root(), second.disks().get(0).root());

        Path copy = folder.resolve("copy.raw");
        RawDiskWriter.create(copy, TIB);
        time("1 TiB restore with reading back", () -> restore(second.id(), copy));
        try (DiskReader a = DiskImages.open(image);
                DiskReader b = DiskImages.open(copy)) {
            List<ByteRange> data = a.allocated(new ByteRange(0, TIB));
            assertEquals(data, b.allocated(new ByteRange(0, TIB)));
            byte[] x = new byte[MIB];
            byte[] y = new byte[MIB];
            for (ByteRange r : data) {
                for (long at = r.offset(); at < r.end(); at += MIB) {
                    int n = (int) Math.min(MIB, r.end() - at);
                    a.read(at, x, 0, n);
                    b.read(at, y, 0, n);
                    assertArrayEquals(x, y);
                }
            }
        }
        assertTrue(time("verification", () -> vault.verify(List.of(), (t, d) -> {}, Rig.NEVER))
                .clean());
    }

    @Test
    void changesOfAFullDiskCostWhatChanged() throws Exception {
        MappedDisk disk = new MappedDisk(TIB);
        VersionManifest base = time("tree of a full tebibyte", () -> storeAll(disk));
        assertEquals(TIB, base.disks().get(0).dataBytes());

        Random random = new Random(5);
        List<Long> added = new ArrayList<>();
        List<Long> around = new ArrayList<>();
        for (int i = 0; i < PAGES; i++) {
            disk.unchange();
            long place = random.nextLong(TIB / 4096) * 4096;
            disk.change(place, 4096);
            long before = stored();
            VersionManifest one = time("one page changed", () -> backup(disk, base));
            added.add(stored() - before);
            around.add(stored() - before - chunkBytes);
            assertReads(disk, one, List.of(Math.max(0, place - 4096), place, 0L, TIB - 4096));
        }
        Collections.sort(added);
        int within = (int) added.stream().filter(a -> a <= ONE_PAGE).count();
        tell("one page added, from least to most: " + added + "; " + within + " of " + PAGES + " at most " + ONE_PAGE
                + "; around the chunks " + around.get(0) + " the first and " + around.get(PAGES - 1)
                + " the last time");
        // Nothing compresses here, and even so what is around a chunk leaves room for the largest one.
        assertTrue(around.get(0) + NODES + Layout.MAX_CHUNK + 16 <= ONE_PAGE, () -> "around the chunks " + around);
        // More than one chunk differs if the page was a cut or becomes one: in 4 % of places, as NoiseTest counts. Keys
        // are new
        // in every run, and so are the places; of 60, more than 12 come out once in a million runs.
        assertTrue(within >= PAGES - 12, () -> "one page added " + added);

        MappedDisk scattered = new MappedDisk(disk);
        for (int i = 0; i < CHANGES; i++) {
            scattered.change(i * APART + random.nextInt(64) * 4096L, CHANGE);
        }
        long before = stored();
        VersionManifest many = time(CHANGES + " changes of 64 KiB", () -> backup(scattered, base));
        long changed = (long) CHANGES * CHANGE;
        long read = scattered.bytesRead();
        long metadata = stored() - before - chunkBytes;
        tell("changed " + changed + ", read " + read + ", chunks " + chunkBytes + ", metadata " + metadata);
        assertTrue(metadata <= changed / 20, "metadata " + metadata);
        assertTrue(read <= changed + CHANGES * (512L << 10), "read " + read);
        assertReads(
                scattered,
                many,
                scattered.changes().stream()
                        .limit(50)
                        .flatMap(r -> Stream.of(Math.max(0, r.offset() - 300), r.end() - 5000, r.end() + 100_000))
                        .toList());
    }

    /** Stores the disk as scanning it would, but scans only the segments that differ. */
    private VersionManifest storeAll(MappedDisk disk) throws DoppelException {
        try (WriteSession session = vault.begin();
                WriteSession.Lane lane = session.lane()) {
            List<List<Entry>> kinds = new ArrayList<>();
            for (int k = 0; k < MappedDisk.KINDS; k++) {
                kinds.add(scan(disk, lane, k * Layout.SEGMENT));
            }
            long sample = (TIB / Layout.SEGMENT - 1) * Layout.SEGMENT;
            assertTrue(told(moved(kinds, sample)).equals(told(scan(disk, lane, sample))), "segments are cut alike");
            DiskTree tree = session.tree("d", TIB, Optional.empty());
            for (long at = 0; at < TIB; at += Layout.SEGMENT) {
                tree.segment(at, moved(kinds, at));
                tree.frontier(at + Layout.SEGMENT);
            }
            String root = tree.finish().orElseThrow();
            lane.close();
            TransferResult.DiskResult result = new TransferResult.DiskResult(
                    TIB, tree.dataBytes(), new Progress(TIB, TIB, 0, 0, 0), Map.of(vault.id(), root));
            return Rig.publish(vault, session, "d", result);
        }
    }

    private static List<Entry> scan(MappedDisk disk, WriteSession.Lane lane, long segment) throws DoppelException {
        List<Entry> entries = new ArrayList<>();
        ByteRange whole = new ByteRange(segment, Layout.SEGMENT);
        lane.scanner().scan(disk, segment, whole.end(), List.of(whole), MIB / 4, new EntrySink() {
            @Override
            public boolean chunk(long offset, byte[] buffer, int from, int length) throws DoppelException {
                entries.add(new Entry(offset, length, lane.store(buffer, from, length)));
                return true;
            }

            @Override
            public boolean hole(long offset, long length) {
                throw new AssertionError("the disk has no holes");
            }
        });
        return entries;
    }

    private static List<Entry> moved(List<List<Entry>> kinds, long segment) {
        return kinds.get((int) (segment / Layout.SEGMENT % MappedDisk.KINDS)).stream()
                .map(e -> new Entry(e.offset() % Layout.SEGMENT + segment, e.length(), e.id()))
                .toList();
    }

    private static List<String> told(List<Entry> entries) {
        return entries.stream()
                .map(e -> e.offset() + "+" + e.length() + " " + HexFormat.of().formatHex(e.id()))
                .toList();
    }

    private void assertReads(MappedDisk disk, VersionManifest version, List<Long> places) throws DoppelException {
        byte[] expected = new byte[10_000];
        byte[] found = new byte[10_000];
        try (VersionDisk stored = vault.openDisk(version.id(), "d")) {
            for (long place : places) {
                int n = (int) Math.min(expected.length, TIB - place);
                disk.read(place, expected, 0, n);
                stored.read(place, found, 0, n);
                assertArrayEquals(expected, found, () -> "at " + place);
            }
        }
    }

    private Path sparse(String name, long size) throws IOException {
        Path file = folder.resolve(name);
        Random random = new Random(8);
        byte[] piece = new byte[MIB];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long apart = size / DATA_MIB / 4096 * 4096;
            for (int i = 0; i < DATA_MIB; i++) {
                random.nextBytes(piece);
                channel.write(ByteBuffer.wrap(piece), i * apart + (apart - MIB) / 2 / 4096 * 4096);
            }
            channel.write(ByteBuffer.wrap(new byte[] {1}), size - 1);
        }
        return file;
    }

    private VersionManifest backup(Path image) throws DoppelException {
        try (DiskReader reader = DiskImages.open(image)) {
            return Rig.backup(vault, reader, Optional.empty(), Optional.empty());
        }
    }

    private VersionManifest backup(MappedDisk disk, VersionManifest base) throws DoppelException {
        try (WriteSession session = vault.begin()) {
            Transfer transfer = new Transfer(Rig.QUIET, 0);
            transfer.store("d", disk, session, Optional.of(base.id()), Optional.of(disk.changes()), List.of());
            TransferResult.DiskResult result = transfer.run().disks().get("d");
            chunkBytes = result.progress().stored();
            return Rig.publish(vault, session, "d", result);
        }
    }

    private Path restore(String version, Path copy) throws DoppelException {
        try (VersionDisk disk = vault.openDisk(version, "d");
                DiskWriter writer = RawDiskWriter.open(copy)) {
            Transfer transfer = new Transfer(Rig.QUIET, 0);
            transfer.write("d", disk, writer, Optional.of(() -> DiskImages.open(copy)));
            transfer.run();
        }
        return copy;
    }

    private long stored() throws IOException {
        try (Stream<Path> all = Files.walk(store)) {
            return all.filter(Files::isRegularFile)
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> T time(String what, Work<T> work) throws Exception {
        long begin = System.nanoTime();
        T result = work.run();
        tell(String.format("%s: %.2f s", what, (System.nanoTime() - begin) / 1e9));
        return result;
    }

    private static void tell(String figure) {
        System.out.println(figure);
    }
}
