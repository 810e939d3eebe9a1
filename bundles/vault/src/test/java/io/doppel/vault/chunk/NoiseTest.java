package io.doppel.vault.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How large chunks of random content are, and what one changed page of it costs. Key and content are always the same. */
class NoiseTest {
    private static final int CHANGES = 3000;

    private final SegmentScanner scanner =
            new SegmentScanner(new CutRule("0123456789abcdef".getBytes(StandardCharsets.US_ASCII)));
    private final byte[] content = new byte[(int) Layout.SEGMENT];
    private final Random random = new Random(21);
    private List<Entry> segment;

    @BeforeEach
    void cut() throws DoppelException {
        random.nextBytes(content);
        Chunks found = new Chunks();
        scanner.scan(
                new TestDisk(content), 0, content.length, List.of(new ByteRange(0, content.length)), 256 << 10, found);
        segment = found.entries;
    }

    @Test
    void chunksHave139KibInTheMeanAndFewAreCutByTheirLength() {
        double mean = (double) content.length / segment.size() / Layout.PAGE;
        long forced =
                segment.stream().filter(e -> e.length() == Layout.MAX_CHUNK).count();
        System.out.printf(
                "%d chunks of %.1f pages in the mean, %d of the greatest length%n", segment.size(), mean, forced);
        assertEquals(34.8, mean, 1);
        assertTrue(forced <= segment.size() * 3 / 100, () -> forced + " of " + segment.size());
    }

    /** A page that was a cut, or becomes one, makes further chunks differ: that is the rest. */
    @Test
    void of100ChangedPages95CostNoMoreThanTheLargestChunk() throws DoppelException {
        ChangedScan scan = new ChangedScan(scanner);
        Set<String> known =
                segment.stream().map(e -> e.offset() + "+" + e.length()).collect(Collectors.toSet());
        List<Long> costs = new ArrayList<>();
        byte[] old = new byte[Layout.PAGE];
        byte[] changed = new byte[Layout.PAGE];
        for (int i = 0; i < CHANGES; i++) {
            int at = random.nextInt(content.length / Layout.PAGE) * Layout.PAGE;
            System.arraycopy(content, at, old, 0, old.length);
            random.nextBytes(changed);
            System.arraycopy(changed, 0, content, at, changed.length);
            Chunks cut = new Chunks();
            scan.scan(new TestDisk(content), segment, List.of(new ByteRange(at, Layout.PAGE)), cut, new ArrayList<>());
            System.arraycopy(old, 0, content, at, old.length);
            costs.add(cut.entries.stream()
                    .filter(e -> at >= e.offset() && at < e.end() || !known.contains(e.offset() + "+" + e.length()))
                    .mapToLong(Entry::length)
                    .sum());
        }
        costs.sort(null);
        long within = costs.stream().filter(c -> c <= Layout.MAX_CHUNK).count();
        System.out.printf(
                "One page changed: %d KiB of chunks in the median, %d at most, %.1f %% of places within the largest chunk%n",
                costs.get(CHANGES / 2) >> 10, costs.get(CHANGES - 1) >> 10, 100.0 * within / CHANGES);
        assertTrue(within >= CHANGES * 95L / 100, () -> within + " of " + CHANGES);
    }

    private static final class Chunks implements EntrySink {
        final List<Entry> entries = new ArrayList<>();

        @Override
        public boolean chunk(long offset, byte[] buffer, int from, int length) {
            entries.add(new Entry(offset, length, new byte[32]));
            return true;
        }

        @Override
        public boolean hole(long offset, long length) {
            throw new AssertionError("noise has no holes");
        }
    }
}
