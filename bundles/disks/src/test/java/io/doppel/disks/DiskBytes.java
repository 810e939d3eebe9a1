package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Compares what a reader gives with what it should give. */
final class DiskBytes {
    private DiskBytes() {}

    static byte[] all(DiskReader reader) throws DoppelException {
        byte[] all = new byte[Math.toIntExact(reader.size())];
        reader.read(0, all, 0, all.length);
        return all;
    }

    /** Whole, in odd pieces, and through {@code allocated}. */
    static void assertHolds(byte[] expected, DiskReader reader) throws DoppelException {
        assertEquals(expected.length, reader.size(), "size");
        assertArrayEquals(expected, all(reader));
        Random random = new Random(expected.length);
        for (int i = 0; i < 200; i++) {
            int from = random.nextInt(expected.length + 1);
            int length = random.nextInt(Math.min(expected.length - from, 200_000) + 1);
            byte[] buffer = new byte[length + 7];
            Arrays.fill(buffer, (byte) 0x55);
            reader.read(from, buffer, 3, length);
            assertArrayEquals(
                    Arrays.copyOfRange(expected, from, from + length), Arrays.copyOfRange(buffer, 3, 3 + length));
            assertEquals(0x55, buffer[2]);
            assertEquals(0x55, buffer[3 + length]);
        }
        assertAllocatedCovers(expected, reader, new ByteRange(0, expected.length + 5L));
        if (expected.length > 10) {
            assertAllocatedCovers(expected, reader, new ByteRange(expected.length / 3, expected.length / 2));
        }
    }

    private static void assertAllocatedCovers(byte[] expected, DiskReader reader, ByteRange range)
            throws DoppelException {
        List<ByteRange> found = reader.allocated(range);
        long end = Math.min(range.end(), expected.length);
        long at = range.offset();
        for (ByteRange part : found) {
            assertTrue(part.offset() >= at && part.length() > 0 && part.end() <= end, () -> "order of " + found);
            assertZero(expected, at, part.offset());
            at = part.end();
        }
        assertZero(expected, at, end);
    }

    private static void assertZero(byte[] expected, long from, long to) {
        for (long i = from; i < to; i++) {
            assertEquals(0, expected[(int) i], "data outside the allocated ranges at " + i);
        }
    }
}
