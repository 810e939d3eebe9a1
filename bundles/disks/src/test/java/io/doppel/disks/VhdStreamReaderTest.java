package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** VHD streams made by others, whole, cut, damaged and hostile. */
class VhdStreamReaderTest {
    @TempDir
    Path folder;

    static Stream<Arguments> shapes() {
        return Stream.of("subformat=dynamic", "subformat=dynamic,force_size=on")
                .flatMap(o -> Stream.of(512L, 65_024L, 1_000_448L, 9_437_696L, 40_000_000L / 512 * 512)
                        .map(size -> Arguments.of(o, size)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void readsWhatQemuWrites(String options, long size) throws Exception {
        Path raw = Qemu.raw(folder.resolve("source.raw"), size, size);
        Path vhd = folder.resolve("disk.vhd");
        Qemu.run("qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", options, raw.toString(), vhd.toString());
        Qemu.scribble(vhd, "vpc", size, 11);
        byte[] expected = VhdFiles.asQemuReads(vhd);
        assertArrayEquals(expected, VhdFiles.asStreamed(Files.readAllBytes(vhd), new byte[expected.length]));
    }

    @Test
    void aFixedDiskAndOtherThingsAreRefused() throws Exception {
        Path vhd = folder.resolve("disk.vhd");
        Qemu.run("qemu-img", "create", "-f", "vpc", "-o", "subformat=fixed", vhd.toString(), "1M");
        byte[] fixed = Files.readAllBytes(vhd);
        assertRefused(DiskError.NOT_AN_IMAGE, fixed);
        assertRefused(DiskError.UNSUPPORTED, Arrays.copyOfRange(fixed, fixed.length - 512, fixed.length));
        assertRefused(
                DiskError.NOT_AN_IMAGE,
                "HTTP/1.1 500 Internal Error\r\n".repeat(20).getBytes());
        assertRefused(DiskError.CUT_OFF, new byte[0]);
        assertRefused(DiskError.CUT_OFF, "HTTP/1.1 500 Internal Error\r\n".getBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void readsTheLayoutsOfXen(int kind) throws Exception {
        ForeignVhd made = new ForeignVhd(7 << 20 | 512 * 3, kind).blocksOf(kind < 4 ? 2 << 20 : 512 << 10);
        made.differencing = kind % 2 == 1;
        made.batmap = (kind & 2) != 0;
        made.shuffled = kind != 0;
        made.slack = (kind % 3) * 512;
        byte[] before = random((int) made.size, 1);
        byte[] content = random((int) made.size, 2);
        boolean[] sectors = sectors((int) made.size / 512, kind);
        byte[] image = made.image(content, sectors);
        byte[] expected = before.clone();
        for (int i = 0; i < sectors.length; i++) {
            if (sectors[i]) {
                System.arraycopy(content, i * 512, expected, i * 512, 512);
            }
        }
        assertArrayEquals(expected, VhdFiles.asStreamed(image, before));
    }

    @Test
    void theHeadIsKnownEarly() throws Exception {
        ForeignVhd made = new ForeignVhd((9 << 20) + 1024, 0);
        made.differencing = true;
        made.shuffled = true;
        boolean[] sectors = new boolean[(int) made.size / 512];
        sectors[0] = true;
        sectors[4096 * 2] = true;
        sectors[sectors.length - 1] = true;
        byte[] image = made.image(new byte[(int) made.size], sectors);
        VhdStreamInfo info = VhdStreamReader.read(
                new ByteArrayInputStream(image), i -> new CollectingSink(new byte[(int) i.size()]), StreamWatch.NONE);
        assertEquals(made.size, info.size());
        assertEquals(new UUID(0, 0), info.id());
        assertEquals(Optional.of(new VhdStreamInfo.Parent(new UUID(0x1122, 0x3344), "/dev/parent")), info.parent());
        long block = 2 << 20;
        List<ByteRange> all = List.of(
                new ByteRange(0, block),
                new ByteRange(2 * block, block),
                new ByteRange(4 * block, made.size - 4 * block));
        assertEquals(all, info.allocated(new ByteRange(0, Long.MAX_VALUE)));
        assertEquals(
                List.of(new ByteRange(5, block - 5), new ByteRange(2 * block, 1)),
                info.allocated(new ByteRange(5, 2 * block - 4)));
        assertEquals(List.of(), info.allocated(new ByteRange(block, block)));
        assertEquals(all.stream().mapToLong(ByteRange::length).sum(), info.mostData());
    }

    /** At every sector's border and around it, and in one-byte reads too. */
    @Test
    void aCutStreamIsAnErrorWhereverItIsCut() throws Exception {
        ForeignVhd made = new ForeignVhd(20 * 4096, 5).blocksOf(4096);
        made.slack = 512;
        made.shuffled = true;
        byte[] image = made.image(random((int) made.size, 1), sectors((int) made.size / 512, 3));
        for (int length = 0; length < image.length; length += length % 512 < 2 ? 1 : 509) {
            CollectingSink sink = new CollectingSink(new byte[(int) made.size]);
            InputStream cut = new ByteArrayInputStream(image, 0, length);
            CodedErrors.assertCode(DiskError.CUT_OFF, () -> VhdStreamReader.read(cut, info -> sink, StreamWatch.NONE));
            assertFalse(sink.ended());
        }
        InputStream slow = new ByteArrayInputStream(image) {
            @Override
            public synchronized int read(byte[] buffer, int from, int length) {
                return super.read(buffer, from, 1);
            }
        };
        CollectingSink sink = new CollectingSink(new byte[(int) made.size]);
        VhdStreamReader.read(slow, info -> sink, StreamWatch.NONE);
        assertTrue(sink.ended());
    }

    @Test
    void somethingBehindTheFooterIsAnError() throws Exception {
        ForeignVhd made = new ForeignVhd(4096, 5).blocksOf(4096);
        byte[] image = made.image(random(4096, 1), sectors(8, 3));
        byte[] failed = "HTTP/1.1 500 Internal Error\r\n\r\n".getBytes();
        byte[] both = Arrays.copyOf(image, image.length + failed.length);
        System.arraycopy(failed, 0, both, image.length, failed.length);
        assertRefused(DiskError.CUT_OFF, both);
        ForeignVhd other = new ForeignVhd(8192, 5);
        byte[] wrongEnd = image.clone();
        System.arraycopy(other.footer(), 0, wrongEnd, image.length - 512, 512);
        assertRefused(DiskError.CORRUPT, wrongEnd);
    }

    /** The checksums of the footers and of the header find every single bit. */
    @Test
    void aFlippedBitInTheHeadIsAnErrorOrChangesNothing() throws Exception {
        ForeignVhd made = new ForeignVhd(3 * 4096, 5).blocksOf(4096);
        byte[] content = random((int) made.size, 1);
        boolean[] sectors = new boolean[24];
        Arrays.fill(sectors, true);
        byte[] image = made.image(content, sectors);
        for (int at = 0; at < image.length; at = at == 1535 ? image.length - 512 : at + 1) {
            byte[] flipped = image.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            int place = at;
            DoppelException e = assertThrows(
                    DoppelException.class,
                    () -> VhdFiles.asStreamed(flipped, new byte[content.length]),
                    () -> "byte " + place);
            assertTrue(e.code() instanceof DiskError, e::toString);
        }
    }

    @Test
    void impossibleTablesAreRefused() throws Exception {
        ForeignVhd good = new ForeignVhd(3 * 4096, 5).blocksOf(4096);
        assertPatched(DiskError.CORRUPT, good, 16, 8, 0);
        assertPatched(DiskError.CORRUPT, good, 16, 8, 1528);
        assertPatched(DiskError.CORRUPT, good, 16, 8, Long.MAX_VALUE / 8 * 8);
        assertPatched(DiskError.CORRUPT, good, 16, 8, -8);
        assertPatched(DiskError.CORRUPT, good, 28, 4, 2);
        assertPatched(DiskError.CORRUPT, good, 32, 4, 0);
        assertPatched(DiskError.CORRUPT, good, 32, 4, 3 * 4096);
        assertPatched(DiskError.CORRUPT, good, 32, 4, 1 << 30);
        for (int[] table : new int[][] {{3, -1, -1}, {0, -1, -1}, {6, 6, -1}, {6, 14, -1}, {-2, -1, -1}}) {
            ForeignVhd bad = new ForeignVhd(3 * 4096, 5).blocksOf(4096);
            bad.table = table;
            byte[] image = bad.image(new byte[3 * 4096], new boolean[24]);
            byte[] longer = Arrays.copyOf(image, 100_000);
            DiskError expected = table[0] == -2 ? DiskError.CUT_OFF : DiskError.CORRUPT;
            assertRefused(expected, longer);
        }
    }

    private static void assertPatched(DiskError code, ForeignVhd good, int field, int width, long value) {
        byte[] image = good.image(new byte[(int) good.size], new boolean[(int) good.size / 512]);
        ByteBuffer header = ByteBuffer.wrap(Arrays.copyOfRange(image, 512, 1536));
        if (width == 8) {
            header.putLong(field, value);
        } else {
            header.putInt(field, (int) value);
        }
        header.putInt(36, 0);
        int sum = 0;
        for (byte b : header.array()) {
            sum += b & 0xFF;
        }
        header.putInt(36, ~sum);
        System.arraycopy(header.array(), 0, image, 512, 1024);
        assertRefused(code, image);
    }

    @Test
    void aDiskOfTooManyBlocksIsRefusedBeforeTheyAreCounted() {
        ForeignVhd huge = new ForeignVhd(1L << 60, 0);
        huge.blockSize = 512;
        huge.entries = -1;
        ByteBuffer head = ByteBuffer.allocate(4096);
        head.put(0, huge.footer()).put(512, huge.header());
        // 2^51 blocks cannot be in a table of 2^32 - 1 entries.
        assertRefused(DiskError.CORRUPT, head.array());
        ForeignVhd many = new ForeignVhd(512L << 23, 0);
        many.blockSize = 512;
        many.entries = 1 << 23;
        head.put(0, many.footer()).put(512, many.header());
        assertRefused(DiskError.UNSUPPORTED, head.array());
    }

    @Test
    void cancellingAndAFailingSinkEndTheReading() throws Exception {
        ForeignVhd made = new ForeignVhd(8 << 20, 5);
        boolean[] sectors = new boolean[(8 << 20) / 512];
        Arrays.fill(sectors, true);
        byte[] image = made.image(new byte[8 << 20], sectors);
        StoppableToken cancel = new StoppableToken();
        StreamWatch watch = new StreamWatch(cancel, done -> {
            if (done > 3 << 20) {
                cancel.stop();
            }
        });
        CollectingSink sink = new CollectingSink(new byte[8 << 20]);
        CodedErrors.assertCode(
                CommonError.CANCELLED,
                () -> VhdStreamReader.read(new ByteArrayInputStream(image), info -> sink, watch));
        CodedErrors.assertCode(
                DiskError.FULL,
                () -> VhdStreamReader.read(
                        new ByteArrayInputStream(image),
                        info -> {
                            throw new DoppelException(DiskError.FULL, "no room");
                        },
                        StreamWatch.NONE));
        IOException broken = assertThrows(
                IOException.class,
                () -> VhdStreamReader.read(
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("connection reset");
                            }
                        },
                        info -> sink,
                        StreamWatch.NONE));
        assertEquals("connection reset", broken.getMessage());
    }

    private static void assertRefused(DiskError code, byte[] stream) {
        CodedErrors.assertCode(
                code,
                () -> VhdStreamReader.read(
                        new ByteArrayInputStream(stream),
                        info -> new CollectingSink(new byte[Math.toIntExact(info.size())]),
                        StreamWatch.NONE));
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Runs of all lengths, whole blocks left out too. */
    private static boolean[] sectors(int count, long seed) {
        Random random = new Random(seed);
        boolean[] sectors = new boolean[count];
        int at = 0;
        while (at < count) {
            int run = 1 + random.nextInt(random.nextInt(3) == 0 ? 9000 : 5);
            Arrays.fill(sectors, at, Math.min(count, at + run), random.nextBoolean());
            at += run;
        }
        return sectors;
    }
}
