package io.doppel.vault.internal.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The local files of the index: what they hold, and that nothing that is wrong with them is ever believed. */
class LocalIndexTest {
    @TempDir
    Path temp;

    private final MadeUpPacks made = new MadeUpPacks();
    private final Random random = new Random(11);

    private ChunkIndex load(Path folder, List<String> names) throws Exception {
        ChunkIndex index = new ChunkIndex();
        IndexLoader loader = new IndexLoader(made.storage, made.segments, made.cache(folder), index);
        loader.load(names);
        assertEquals(List.of(), loader.warnings());
        return index;
    }

    /** Every record is found where it is, and what was never stored is not. */
    private void assertExact(ChunkIndex index, List<PackInfo> packs) throws Exception {
        for (PackInfo pack : packs) {
            assertEquals(pack.size(), index.packSize(index.packNumber(pack.name())));
            for (RecordInfo r : pack.records()) {
                Location expected = MadeUpPacks.location(index, pack, r);
                assertTrue(index.find(r.id()).contains(expected), () -> "lost " + expected);
            }
        }
        assertNothingElse(index);
    }

    private void assertNothingElse(ChunkIndex index) throws Exception {
        for (int i = 0; i < 2000; i++) {
            assertEquals(-1, index.packOf(made.id()));
        }
        assertEquals(List.of(), index.find(made.id()));
    }

    private long readsOfSegments(ThrowingRunnable run) throws Exception {
        long[] reads = {0};
        made.storage.hook = (operation, name) -> {
            if (operation.equals("read")) {
                reads[0]++;
            }
        };
        run.run();
        made.storage.hook = (operation, name) -> {};
        return reads[0];
    }

    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30, 31, 32, 62, 63, 2000, 100_000})
    void holdsWhatTheSegmentHolds(int records) throws Exception {
        List<PackInfo> packs = new ArrayList<>();
        for (int left = records; left > 0; left -= 500) {
            packs.add(made.pack(Math.min(left, 500)));
        }
        String name = made.segment(packs);
        assertExact(load(temp, List.of(name)), packs);
        assertEquals(0, readsOfSegments(() -> assertExact(load(temp, List.of(name)), packs)), "the file is enough");
    }

    @Test
    void allCopiesAreFoundAlsoWhenTheyFillCells() throws Exception {
        byte[] often = made.id();
        List<PackInfo> packs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            packs.add(made.pack(List.of(made.id(), often, made.id())));
        }
        ChunkIndex index =
                load(temp, List.of(made.segment(packs.subList(0, 70)), made.segment(packs.subList(60, 100))));
        assertExact(index, packs);
        assertEquals(100, index.find(often).size(), "packs that two segments tell of count once");
        assertEquals(100, new HashSet<>(index.trusted(often)).size());
    }

    @Test
    void idsThatAreNotUniformAreFoundToo() throws Exception {
        List<byte[]> ids = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            byte[] id = made.id();
            id[0] = (byte) (i % 3 == 0 ? 0 : 0xFF);
            id[1] = 0;
            id[2] = (byte) (i % 7);
            id[3] = 0;
            ids.add(id);
        }
        List<PackInfo> packs = List.of(made.pack(ids));
        assertExact(load(temp, List.of(made.segment(packs))), packs);
    }

    @Test
    void takesLittleMemory() throws Exception {
        List<PackInfo> packs = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            packs.add(made.pack(490));
        }
        IndexCache cache = made.cache(temp);
        LocalSegment segment = cache.make(made.segment(packs));
        assertTrue(segment.residentBytes() < 2.0 * segment.entries(), segment.residentBytes() + " bytes");
    }

    /** Offsets in all parts of a file, more where it is checked as a whole. */
    private long flip(Path file, int round) throws Exception {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            long bit = round % 3 == 0
                    ? random.nextInt(4 * LocalLayout.CELL * 8)
                    : (long) (random.nextDouble() * f.length() * 8);
            f.seek(bit / 8);
            int old = f.read();
            f.seek(bit / 8);
            f.write(old ^ 1 << bit % 8);
            return bit;
        }
    }

    @Test
    void aFlippedBitIsNeverBelieved() throws Exception {
        List<PackInfo> packs = List.of(made.pack(300), made.pack(300), made.pack(200));
        String name = made.segment(packs);
        load(temp, List.of(name));
        byte[] whole = Files.readAllBytes(temp.resolve(name));
        for (int round = 0; round < 200; round++) {
            Files.write(temp.resolve(name), whole);
            long bit = flip(temp.resolve(name), round);
            ChunkIndex index = load(temp, List.of(name));
            for (PackInfo pack : packs) {
                for (RecordInfo r : pack.records()) {
                    int in = index.packOf(r.id());
                    assertTrue(in == -1 || in == index.packNumber(pack.name()), () -> "bit " + bit);
                }
            }
            assertExact(index, packs);
            assertEquals(packs.size(), index.packCount(), () -> "bit " + bit);
        }
    }

    @Test
    void aBitThatFlipsUnderAnOpenFileIsNeverBelieved() throws Exception {
        List<PackInfo> packs = List.of(made.pack(300), made.pack(300), made.pack(200));
        String name = made.segment(packs);
        for (int round = 0; round < 80; round++) {
            ChunkIndex index = load(temp, List.of(name));
            for (int i = 0; i < 20; i++) {
                flip(temp.resolve(name), round);
            }
            assertExact(index, packs);
            Files.deleteIfExists(temp.resolve(name));
        }
    }

    @Test
    void aSpoiltCellMakesTheFileAgainAtOnce() throws Exception {
        List<PackInfo> packs = List.of(made.pack(1000));
        String name = made.segment(packs);
        ChunkIndex index = load(temp, List.of(name));
        byte[] whole = Files.readAllBytes(temp.resolve(name));
        byte[] spoilt = whole.clone();
        for (int at = spoilt.length - 20 * LocalLayout.CELL; at < spoilt.length; at += 100) {
            spoilt[at] ^= 4;
        }
        try (RandomAccessFile f = new RandomAccessFile(temp.resolve(name).toFile(), "rw")) {
            f.write(spoilt);
        }
        assertExact(index, packs);
        assertArrayEquals(whole, Files.readAllBytes(temp.resolve(name)), "the same entries at the same places");
    }

    @Test
    void cellsThatAreNotWhereTheyBelongAreNoticed() throws Exception {
        List<PackInfo> packs = List.of(made.pack(1000));
        String name = made.segment(packs);
        LocalLayout layout = new LocalLayout(1000, 1);
        IndexCache elsewhere = new IndexCache(temp.resolve("other"), MadeUpPacks.VAULT, made.segments);
        String other = made.segment(List.of(made.pack(1000)));
        elsewhere.make(other);
        byte[] ofTheOther = Files.readAllBytes(temp.resolve("other").resolve(other));
        ChunkIndex index = load(temp, List.of(name));
        byte[] whole = Files.readAllBytes(temp.resolve(name));
        byte[] mixed = whole.clone();
        int first = (int) layout.cellsAt();
        System.arraycopy(whole, first, mixed, first + LocalLayout.CELL, LocalLayout.CELL);
        int third = first + 3 * LocalLayout.CELL;
        System.arraycopy(ofTheOther, third, mixed, third, LocalLayout.CELL);
        for (int cell : new int[] {1, 3}) {
            try (RandomAccessFile f = new RandomAccessFile(temp.resolve(name).toFile(), "rw")) {
                int at = first + cell * LocalLayout.CELL;
                f.seek(at);
                f.write(mixed, at, LocalLayout.CELL);
            }
            for (RecordInfo r : packs.get(0).records()) {
                assertEquals(0, index.packOf(r.id()), "noticed with the first look that needs the cell");
            }
            assertArrayEquals(whole, Files.readAllBytes(temp.resolve(name)));
        }
    }

    @Test
    void aSpoiltFileThatCannotBeMadeAgainIsAFailureAndNoAnswer() throws Exception {
        PackInfo pack = made.pack(1000);
        String name = made.segment(List.of(pack));
        ChunkIndex index = load(temp, List.of(name));
        made.storage.objects.clear();
        try (RandomAccessFile f = new RandomAccessFile(temp.resolve(name).toFile(), "rw")) {
            long cells = new LocalLayout(1000, 1).cellsAt();
            f.seek(cells);
            f.write(new byte[(int) (f.length() - cells)]);
        }
        byte[] id = pack.records().get(0).id();
        assertTrue(assertThrows(DoppelException.class, () -> index.find(id)).is(VaultError.MISSING_OBJECT));
        assertTrue(assertThrows(DoppelException.class, () -> index.packOf(id)).is(VaultError.MISSING_OBJECT));
    }

    @Test
    void whatIsOfAnotherVaultOrSegmentIsMadeAgain() throws Exception {
        List<PackInfo> packs = List.of(made.pack(500));
        List<PackInfo> others = List.of(made.pack(500));
        String name = made.segment(packs);
        String other = made.segment(others);
        load(temp, List.of(name, other));
        byte[] ofTheOther = Files.readAllBytes(temp.resolve(other));
        Files.write(temp.resolve(name), ofTheOther);
        assertExact(load(temp, List.of(name)), packs);
        Path foreign = temp.resolve("foreign");
        new IndexCache(foreign, MadeUpPacks.VAULT.replace('3', '4'), made.segments).make(name);
        Files.copy(foreign.resolve(name), temp.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        assertTrue(readsOfSegments(() -> assertExact(load(temp, List.of(name)), packs)) > 0);
    }

    @Test
    void whatIsCutShortOrGrownIsMadeAgain() throws Exception {
        List<PackInfo> packs = List.of(made.pack(700));
        String name = made.segment(packs);
        load(temp, List.of(name));
        byte[] whole = Files.readAllBytes(temp.resolve(name));
        for (int length : new int[] {0, 1, 1023, 1024, 1025, 2048, whole.length - 1024, whole.length - 1}) {
            Files.write(temp.resolve(name), Arrays.copyOf(whole, length));
            assertExact(load(temp, List.of(name)), packs);
            assertArrayEquals(whole, Files.readAllBytes(temp.resolve(name)));
        }
        Files.write(temp.resolve(name), Arrays.copyOf(whole, whole.length + 1024));
        assertExact(load(temp, List.of(name)), packs);
        assertArrayEquals(whole, Files.readAllBytes(temp.resolve(name)));
    }

    @Test
    void filesOfLastWeekGo() throws Exception {
        List<PackInfo> packs = List.of(made.pack(700));
        String old = made.segment(List.of(made.pack(10)));
        String name = made.segment(packs);
        OpenIndex before = new OpenIndex(made.storage, made.keys, temp, MadeUpPacks.VAULT);
        before.load(List.of(old, name), true);
        String dead = name + ".999999999-01234567.01234567-0123-0123-0123-0123456789ab.tmp";
        Files.write(temp.resolve(dead), new byte[100]);
        OpenIndex now = new OpenIndex(made.storage, made.keys, temp, MadeUpPacks.VAULT);
        now.load(List.of(name), true);
        assertExact(now.chunks(), packs);
        try (Stream<Path> files = Files.list(temp)) {
            assertEquals(
                    Set.of(name),
                    Set.copyOf(files.map(f -> f.getFileName().toString()).toList()));
        }
        assertEquals(1, now.chunks().packCount(), "of the old segment nothing is known");
    }

    @Test
    void aSegmentThatTheVaultLostIsNotHiddenByItsFile() throws Exception {
        String name = made.segment(List.of(made.pack(10)));
        load(temp, List.of(name));
        made.storage.objects.clear();
        OpenIndex now = new OpenIndex(made.storage, made.keys, temp, MadeUpPacks.VAULT);
        assertTrue(assertThrows(DoppelException.class, () -> now.load(List.of(name), false))
                .is(VaultError.MISSING_OBJECT));
        assertEquals(1, now.load(List.of(name), true).size());
        assertEquals(Set.of(name), now.broken());
        assertEquals(0, now.chunks().packCount());
    }

    @Test
    void aFolderThatCannotBeWrittenIsAFailureWithAdvice() throws Exception {
        String name = made.segment(List.of(made.pack(10)));
        Path file = Files.write(temp.resolve("file"), new byte[1]);
        DoppelException e = assertThrows(DoppelException.class, () -> load(file.resolve("index"), List.of(name)));
        assertTrue(e.is(VaultError.LOCAL_INDEX), e::getMessage);
    }

    @Test
    void aPackGoesFromTheHeapToItsSegment() throws Exception {
        OpenIndex open = new OpenIndex(made.storage, made.keys, temp, MadeUpPacks.VAULT);
        List<PackInfo> packs = List.of(made.pack(100), made.pack(100));
        packs.forEach(open::add);
        OpenIndex.Written written = open.write(p -> true).orElseThrow();
        PackInfo later = made.pack(50);
        open.add(later);
        open.listed(written);
        assertExact(open.chunks(), List.of(packs.get(0), packs.get(1), later));
        assertEquals(200, open.chunks().segments().get(0).entries());
        for (PackInfo p : packs) {
            for (RecordInfo r : p.records()) {
                assertEquals(1, open.chunks().find(r.id()).size());
            }
        }
        assertEquals(50, open.write(p -> true).orElseThrow().local().entries());
    }
}
