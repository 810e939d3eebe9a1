package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.disk.Place;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Disks' contents and small steps of the disk contracts. */
final class DiskData {
    private static final int RUN = 64 << 10;

    private DiskData() {}

    /** Content as disks have it: runs of data, of zeros, and data that happens to be zero at its edges. */
    static byte[] content(int size, long seed) {
        byte[] bytes = new byte[size];
        Random random = new Random(seed);
        byte[] run = new byte[RUN];
        for (int at = 0; at < size; at += RUN) {
            if (random.nextInt(3) != 0) {
                random.nextBytes(run);
                Arrays.fill(run, 0, random.nextInt(5000), (byte) 0);
                System.arraycopy(run, 0, bytes, at, Math.min(RUN, size - at));
            }
        }
        return bytes;
    }

    static DiskAccess unknownAccess() {
        return new DiskAccess("no-such-kind", Place.ANYWHERE, true, 0, Optional.empty(), Map.of(), Map.of());
    }

    static byte[] readAll(DiskReader reader) throws DoppelException {
        byte[] bytes = new byte[Math.toIntExact(reader.size())];
        int piece = 100_003;
        for (int at = 0; at < bytes.length; at += piece) {
            reader.read(at, bytes, at, Math.min(piece, bytes.length - at));
        }
        return bytes;
    }

    /** Writes what is not zero and zeroes the rest, in pieces of 64 KiB. */
    static void writeAll(DiskWriter writer, byte[] content) throws DoppelException {
        for (int at = 0; at < content.length; at += RUN) {
            int length = Math.min(RUN, content.length - at);
            if (isZero(content, at, length)) {
                writer.zero(at, length);
            } else {
                writer.write(at, content, at, length);
            }
        }
        writer.flush();
    }

    static boolean isZero(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    static long nonZeroBytes(byte[] bytes) {
        long count = 0;
        for (byte b : bytes) {
            count += b == 0 ? 0 : 1;
        }
        return count;
    }

    /** Checks that the ranges are ascending, disjoint, not empty and inside the bounds. */
    static void checkRanges(List<ByteRange> ranges, long from, long to, String sentence) {
        long end = from;
        for (ByteRange range : ranges) {
            assertTrue(
                    range.length() > 0 && range.offset() >= end && range.end() <= to,
                    () -> sentence + ": \"ascending, disjoint, clipped\" within " + from + " to " + to + ": " + ranges);
            end = range.end();
        }
    }

    /** Checks that outside the ranges the two contents do not differ. */
    static void checkEqualOutside(List<ByteRange> ranges, byte[] a, byte[] b, int from, int to, String sentence) {
        int at = from;
        for (ByteRange range : ranges) {
            checkEqual(a, b, at, (int) range.offset(), sentence);
            at = (int) range.end();
        }
        checkEqual(a, b, at, to, sentence);
    }

    private static void checkEqual(byte[] a, byte[] b, int from, int to, String sentence) {
        int differs = Arrays.mismatch(a, from, to, b, from, to);
        assertTrue(differs < 0, () -> sentence + "; byte " + (from + differs));
    }
}
