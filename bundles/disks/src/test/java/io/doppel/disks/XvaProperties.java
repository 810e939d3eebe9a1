package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.DoppelException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever the disks hold: what is read is what was written, or an error. */
class XvaProperties {
    private static final int LARGEST = 5 << 20;

    @Property(tries = 40)
    void anyDisksComeBack(
            @ForAll @IntRange(max = LARGEST) int first,
            @ForAll @IntRange(max = LARGEST) int second,
            @ForAll XvaCompression compression,
            @ForAll long seed)
            throws Exception {
        Map<String, byte[]> disks = disks(first, second, seed);
        XvaWriter writer = XvaFiles.writer(disks);
        byte[] xva = XvaFiles.bytes(writer, compression);
        if (compression == XvaCompression.NONE) {
            assertEquals(writer.length(), xva.length);
        }
        assertSame(disks, XvaFiles.read(xva));
    }

    @Property(tries = 100)
    void aCutIsAlwaysFound(@ForAll XvaCompression compression, @ForAll long seed) throws Exception {
        Random random = new Random(seed);
        byte[] xva = XvaFiles.bytes(XvaFiles.writer(disks(random.nextInt(1 << 21), 700, seed)), compression);
        assertThrows(DoppelException.class, () -> XvaFiles.read(Arrays.copyOf(xva, random.nextInt(xva.length))));
    }

    /** Behind the description, which carries no checksum of its own; of a compressed stream anywhere. */
    @Property(tries = 300)
    void aFlippedBitIsFoundOrChangesNothing(@ForAll XvaCompression compression, @ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Map<String, byte[]> disks = disks(random.nextInt(1 << 16), random.nextInt(1 << 16), seed);
        byte[] xva = XvaFiles.bytes(XvaFiles.writer(disks), compression);
        int from = compression == XvaCompression.NONE ? descriptionEnd(xva) : 0;
        int at = from + random.nextInt(xva.length - from);
        xva[at] ^= (byte) (1 << random.nextInt(8));
        try {
            assertSame(disks, XvaFiles.read(xva));
        } catch (DoppelException e) {
            assertEquals(DiskError.class, e.code().getClass());
        }
    }

    @Property(tries = 300)
    void rubbishDoesNoHarm(@ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int places) throws Exception {
        Random random = new Random(seed);
        byte[] xva =
                XvaFiles.bytes(XvaFiles.writer(disks(9000, 5000, seed)), XvaCompression.values()[(int) (seed & 1)]);
        for (int i = 0; i < places; i++) {
            xva[random.nextInt(xva.length)] = (byte) random.nextInt();
        }
        try {
            XvaFiles.read(xva);
        } catch (DoppelException e) {
            assertEquals(DiskError.class, e.code().getClass());
        }
    }

    private static int descriptionEnd(byte[] xva) {
        int size = Integer.parseInt(new String(xva, 124, 11), 8);
        return 512 + size;
    }

    private static void assertSame(Map<String, byte[]> disks, Map<String, byte[]> read) {
        assertEquals(disks.keySet(), read.keySet());
        disks.forEach((ref, content) -> assertArrayEquals(content, read.get(ref), ref));
    }

    private static Map<String, byte[]> disks(int first, int second, long seed) {
        return new TreeMap<>(Map.of("Ref:3", content(first, seed), "Ref:12", content(second, seed + 1)));
    }

    private static byte[] content(int size, long seed) {
        Random random = new Random(seed);
        byte[] content = new byte[size];
        int at = 0;
        while (at < size) {
            int run = Math.min(size - at, 1 + random.nextInt(1 << (1 + random.nextInt(22))));
            if (random.nextInt(3) == 0) {
                byte[] part = new byte[run];
                random.nextBytes(part);
                System.arraycopy(part, 0, content, at, run);
            }
            at += run;
        }
        return content;
    }
}
