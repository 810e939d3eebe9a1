package io.doppel.vault.chunk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.disk.ByteRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The streaming scanner cuts as the format says, and a scan of changed ranges cuts as a full scan does. */
class CutProperties {
    private static final byte[] KEY = "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @Property(tries = 300)
    void aFullScanCutsAsSpecified(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 700) int pages, @ForAll @IntRange(max = 4095) int tail)
            throws Exception {
        Random random = new Random(seed);
        TestDisk disk = new TestDisk(TestDisk.pages(random, pages, tail));
        assertSame(new SpecCutter(KEY, disk.content).entries(), scan(disk, List.of(new ByteRange(0, disk.size()))));
    }

    @Property(tries = 300)
    void knownZerosAreNotReadAndChangeNothing(@ForAll long seed, @ForAll @IntRange(min = 1, max = 700) int pages)
            throws Exception {
        Random random = new Random(seed);
        TestDisk disk = new TestDisk(TestDisk.pages(random, pages, 0));
        List<ByteRange> data = dataRanges(disk.content, random);
        List<Entry> entries = scan(disk, data);
        assertSame(new SpecCutter(KEY, disk.content).entries(), entries);
        assertEquals(data.stream().mapToLong(ByteRange::length).sum(), disk.bytesRead);
    }

    @Property(tries = 1000)
    void changedRangesCutAsAFullScan(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 600) int pages,
            @ForAll @IntRange(max = 4095) int tail,
            @ForAll @IntRange(min = 1, max = 6) int changes)
            throws Exception {
        Random random = new Random(seed);
        byte[] before = TestDisk.pages(random, pages, tail);
        byte[] after = before.clone();
        List<ByteRange> ranges = change(after, pages, changes, random);
        List<Entry> base = new SpecCutter(KEY, before).entries();
        TestDisk disk = new TestDisk(after);
        Collected found = new Collected();
        List<Entry> kept = new ArrayList<>();
        new ChangedScan(new SegmentScanner(new CutRule(KEY))).scan(disk, base, ranges, found, kept);
        List<Entry> all = new ArrayList<>(found.entries);
        all.addAll(kept);
        all.sort(Comparator.comparingLong(Entry::offset));
        assertSame(new SpecCutter(KEY, after).entries(), joined(all));
        long changed = ranges.stream().mapToLong(ByteRange::length).sum();
        assertTrue(
                disk.bytesRead <= changed + ranges.size() * 6L * Layout.MAX_CHUNK,
                () -> disk.bytesRead + " bytes read for " + changed + " changed in " + ranges.size());
    }

    private static List<ByteRange> change(byte[] after, int pages, int changes, Random random) {
        boolean[] touched = new boolean[pages];
        for (int c = 0; c < changes; c++) {
            int from = random.nextInt(pages);
            int kind = random.nextInt(3);
            for (int p = from; p < Math.min(pages, from + 1 + random.nextInt(12)); p++) {
                TestDisk.fill(after, p, kind, random);
                touched[p] = true;
            }
        }
        List<ByteRange> ranges = new ArrayList<>();
        for (int p = 0; p < pages; p++) {
            if (touched[p]) {
                int from = p;
                while (p < pages && touched[p]) {
                    p++;
                }
                ranges.add(new ByteRange(from * 4096L, (p - from) * 4096L));
            }
        }
        return ranges;
    }

    private static List<ByteRange> dataRanges(byte[] content, Random random) {
        List<ByteRange> data = new ArrayList<>();
        int pages = content.length / 4096;
        for (int p = 0; p < pages; p++) {
            int from = p;
            while (p < pages && !(isZero(content, p) && random.nextInt(10) < 9)) {
                p++;
            }
            if (p > from) {
                data.add(new ByteRange(from * 4096L, (p - from) * 4096L));
            }
        }
        return data;
    }

    private static boolean isZero(byte[] content, int page) {
        return Arrays.mismatch(content, page * 4096, page * 4096 + 4096, new byte[4096], 0, 4096) < 0;
    }

    private static List<Entry> scan(TestDisk disk, List<ByteRange> data) throws Exception {
        Collected found = new Collected();
        SegmentScanner scanner = new SegmentScanner(new CutRule(KEY));
        scanner.scan(disk, 0, disk.size(), data, 64 << 10, found);
        assertEquals(disk.bytesRead, scanner.bytesRead());
        return found.entries;
    }

    private static List<Entry> joined(List<Entry> entries) {
        List<Entry> all = new ArrayList<>();
        for (Entry e : entries) {
            Entry last = all.isEmpty() ? null : all.get(all.size() - 1);
            if (last != null && last.isHole() && e.isHole()) {
                all.set(all.size() - 1, Entry.hole(last.offset(), last.length() + e.length()));
            } else {
                all.add(e);
            }
        }
        return all;
    }

    private static void assertSame(List<Entry> expected, List<Entry> actual) {
        assertEquals(
                expected.stream()
                        .map(e -> e.offset() + "+" + e.length() + (e.isHole() ? "h" : ""))
                        .toList(),
                actual.stream()
                        .map(e -> e.offset() + "+" + e.length() + (e.isHole() ? "h" : ""))
                        .toList());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i).id(), actual.get(i).id());
        }
    }

    /** Keeps the content of chunks in the place of their ids. */
    private static final class Collected implements EntrySink {
        final List<Entry> entries = new ArrayList<>();

        @Override
        public boolean chunk(long offset, byte[] buffer, int from, int length) {
            entries.add(new Entry(offset, length, Arrays.copyOfRange(buffer, from, from + length)));
            return true;
        }

        @Override
        public boolean hole(long offset, long length) {
            entries.add(Entry.hole(offset, length));
            return true;
        }
    }
}
