package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.transport.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The contract of {@link Transport}, {@link DiskReader} and {@link DiskWriter}. Messages quote what is not kept. */
public abstract class TransportContract {
    private static final int SIZE = (2 << 20) + 512;
    private static final int WORKERS = 6;

    /** The transport under test. */
    protected abstract Transport transport();

    /** Makes a disk with this content, its zero stretches as holes if that can be, and says how to read it. */
    protected abstract DiskAccess readable(byte[] content) throws Exception;

    /** Makes a disk of this size that nobody uses, and says how to write and read it; empty if there is no writing. */
    protected Optional<DiskAccess> writable(long size) throws Exception {
        return Optional.empty();
    }

    /** An access of a kind that is supported to a disk that does not exist. */
    protected abstract DiskAccess missing() throws Exception;

    /** Sizes of disks that the medium can have, beside 2 MiB + 512. */
    protected List<Integer> sizes() {
        return List.of(0, 1, 511, 512, 4095, 4096, 4097, 65_536, 1_000_003);
    }

    /** What resolves the secrets of the accesses. */
    protected SecretStore secrets() {
        return new NoSecrets();
    }

    @Test
    void supportsItsOwnKindOnly() throws Exception {
        assertTrue(transport().name().matches("[a-z][a-z0-9-]*"), "Transport.name: \"short word in lower case\"");
        assertTrue(transport().supports(readable(new byte[512])), "Transport.supports an access made for it");
        assertFalse(transport().supports(DiskData.unknownAccess()), "Transport.supports: unknown kind");
    }

    @TestFactory
    Stream<DynamicTest> disksOfEverySizeAreRead() {
        return Stream.concat(sizes().stream(), Stream.of(SIZE))
                .map(size -> DynamicTest.dynamicTest(size + " bytes", () -> {
                    byte[] content = DiskData.content(size, size);
                    try (DiskReader reader = open(content)) {
                        assertEquals((long) size, reader.size(), "DiskReader.size: \"any number\"");
                        assertTrue(
                                Arrays.equals(content, DiskData.readAll(reader)),
                                "DiskReader.read: wrong bytes of a disk of " + size);
                        checkAllocated(reader, content, 0, size);
                        reader.verifyUnchanged();
                    }
                }));
    }

    @Test
    void rangedReadsAreExactAtTheEdges() throws Exception {
        byte[] content = DiskData.content(SIZE, 1);
        int[][] ranges = {{0, 1}, {0, 0}, {1, 4095}, {4095, 2}, {SIZE - 1, 1}, {SIZE, 0}, {65_535, 70_001}, {511, 514}};
        try (DiskReader reader = open(content)) {
            for (int[] range : ranges) {
                byte[] buffer = new byte[range[1] + 8];
                reader.read(range[0], buffer, 5, range[1]);
                byte[] expected = new byte[range[1] + 8];
                System.arraycopy(content, range[0], expected, 5, range[1]);
                assertArrayEquals(
                        expected,
                        buffer,
                        "DiskReader.read: \"fills buffer[from, from+length)\" and nothing else; offset " + range[0]);
            }
        }
    }

    @Test
    void readsBeyondTheEndFail() throws Exception {
        try (DiskReader reader = open(DiskData.content(4096, 1))) {
            for (long offset : new long[] {4095, 4096, 4097, 1L << 40}) {
                assertThrows(
                        Exception.class,
                        () -> reader.read(offset, new byte[2], 0, 2),
                        "DiskReader.read: \"never returns less\"; offset " + offset + " of 4096");
            }
            assertTrue(
                    Arrays.equals(DiskData.content(4096, 1), DiskData.readAll(reader)),
                    "DiskReader.read: a reader still serves after a wrong read");
        }
    }

    @Test
    void readsComeFromSeveralThreads() throws Exception {
        byte[] content = DiskData.content(SIZE, 2);
        try (DiskReader reader = open(content)) {
            assertTrue(reader.parallelism() >= 1, "DiskReader.parallelism: \"at least 1\"");
            Together.run(WORKERS, (worker, start) -> {
                start.await();
                for (int i = 0; i < 40; i++) {
                    int offset = (worker * 350_003 + i * 50_021) % (SIZE - 60_000);
                    byte[] buffer = new byte[60_000];
                    reader.read(offset, buffer, 0, buffer.length);
                    assertTrue(
                            Arrays.equals(buffer, 0, 60_000, content, offset, offset + 60_000),
                            "DiskReader: \"reads come from several threads at once\": wrong bytes at " + offset);
                    if (i % 10 == 0) {
                        checkAllocated(reader, content, offset, offset + 60_000);
                    }
                }
            });
        }
    }

    @Test
    void allocatedIsSoundForEveryRange() throws Exception {
        byte[] content = new byte[SIZE];
        System.arraycopy(DiskData.content(100_000, 3), 0, content, 300_001, 100_000);
        content[SIZE - 1] = 1;
        content[1_000_000] = 2;
        try (DiskReader reader = open(content)) {
            for (int from = 0; from < SIZE; from += 99_991) {
                for (int length : new int[] {0, 1, 511, 4096, 100_000, 1_100_000}) {
                    checkAllocated(reader, content, from, Math.min(SIZE, from + length));
                }
            }
        }
    }

    @Test
    void rangesBeyondTheSizeAreClipped() throws Exception {
        try (DiskReader reader = open(DiskData.content(8192, 4))) {
            DiskData.checkRanges(
                    reader.allocated(new ByteRange(4096, 1 << 20)), 4096, 8192, "DiskReader.allocated beyond the size");
            DiskData.checkRanges(
                    reader.allocated(new ByteRange(1 << 20, 10)), 0, 0, "DiskReader.allocated beyond the size");
        }
    }

    @Test
    void closingTwiceDoesNothingAndReadingThenFails() throws Exception {
        DiskReader reader = open(new byte[4096]);
        reader.close();
        reader.close();
        assertThrows(
                Exception.class, () -> reader.read(0, new byte[1], 0, 1), "DiskReader.close: a closed reader reads on");
    }

    @Test
    void severalReadersOfOneDisk() throws Exception {
        byte[] content = DiskData.content(102_400, 5);
        DiskAccess access = readable(content);
        try (DiskReader one = transport().openReader(access, secrets());
                DiskReader two = transport().openReader(access, secrets())) {
            assertTrue(Arrays.equals(content, DiskData.readAll(one)), "DiskReader.read: first reader");
            one.close();
            assertTrue(Arrays.equals(content, DiskData.readAll(two)), "DiskReader.close: closes another reader too");
        }
    }

    @Test
    void anInterruptedReaderEndsAloneAndGivesNoWrongBytes() throws Exception {
        byte[] content = DiskData.content(102_400, 9);
        DiskAccess access = readable(content);
        try (DiskReader one = transport().openReader(access, secrets());
                DiskReader two = transport().openReader(access, secrets())) {
            one.interrupt();
            one.interrupt();
            byte[] buffer = new byte[content.length];
            boolean read;
            try {
                one.read(0, buffer, 0, buffer.length);
                read = true;
            } catch (DoppelException | RuntimeException e) {
                read = false;
            }
            assertTrue(
                    !read || Arrays.equals(content, buffer),
                    "DiskReader.interrupt: \"ends, well or with any failure\": wrong bytes");
            assertTrue(
                    Arrays.equals(content, DiskData.readAll(two)),
                    "DiskReader.interrupt: \"other readers of the same disk are not affected\"");
            one.close();
            one.interrupt();
        }
    }

    @Test
    void missingDiskIsACodedFailure() throws Exception {
        DiskAccess access = missing();
        assertThrows(
                DoppelException.class,
                () -> transport().openReader(access, secrets()),
                "Transport.openReader: \"DoppelException, coded\" for a disk that does not exist");
    }

    @Test
    void writtenBytesComeBack() throws Exception {
        Optional<DiskAccess> made = writable(SIZE);
        if (made.isEmpty()) {
            return;
        }
        DiskAccess access = made.get();
        assertTrue(access.writable() && transport().supports(access), "Transport.supports a writable access");
        byte[] content = DiskData.content(SIZE, 6);
        try (DiskWriter writer = transport().openWriter(access, secrets())) {
            assertEquals((long) SIZE, writer.size(), "DiskWriter.size");
            assertTrue(writer.parallelism() >= 1, "DiskWriter.parallelism: \"at least 1\"");
            DiskData.writeAll(writer, content);
        }
        checkContent(access, content, "DiskWriter.write: bytes written and flushed");
    }

    @Test
    void zeroMakesZeros() throws Exception {
        Optional<DiskAccess> made = writable(SIZE);
        if (made.isEmpty()) {
            return;
        }
        byte[] content = StorageData.bytes(SIZE, 7);
        try (DiskWriter writer = transport().openWriter(made.get(), secrets())) {
            writer.write(0, content, 0, SIZE);
            int[][] ranges = {{0, 512}, {70_001, 3}, {100_000, 300_000}, {SIZE - 1, 1}, {5000, 0}};
            for (int[] range : ranges) {
                writer.zero(range[0], range[1]);
                Arrays.fill(content, range[0], range[0] + range[1], (byte) 0);
            }
            writer.flush();
        }
        checkContent(made.get(), content, "DiskWriter.zero: \"makes the range read as zeros\" and nothing else");
    }

    @Test
    void startsZeroedIsTrue() throws Exception {
        Optional<DiskAccess> made = writable(SIZE);
        if (made.isEmpty()) {
            return;
        }
        boolean zeroed;
        try (DiskWriter writer = transport().openWriter(made.get(), secrets())) {
            zeroed = writer.startsZeroed();
            writer.write(1_000_000, new byte[] {1}, 0, 1);
            if (!zeroed) {
                writer.zero(0, 1_000_000);
                writer.zero(1_000_001, SIZE - 1_000_001);
            }
            writer.flush();
        }
        byte[] expected = new byte[SIZE];
        expected[1_000_000] = 1;
        checkContent(made.get(), expected, "DiskWriter.startsZeroed: \"known to hold nothing but zeros\"");
    }

    @Test
    void writesComeFromSeveralThreads() throws Exception {
        Optional<DiskAccess> made = writable(SIZE);
        if (made.isEmpty()) {
            return;
        }
        byte[] content = StorageData.bytes(SIZE, 8);
        try (DiskWriter writer = transport().openWriter(made.get(), secrets())) {
            Together.run(WORKERS, (worker, start) -> {
                start.await();
                int piece = 30_011;
                for (int at = worker * piece; at < SIZE; at += WORKERS * piece) {
                    writer.write(at, content, at, Math.min(piece, SIZE - at));
                }
            });
            writer.flush();
        }
        checkContent(
                made.get(), content, "DiskWriter: \"writes to disjoint ranges come from several threads at once\"");
    }

    @Test
    void writesStayInside() throws Exception {
        Optional<DiskAccess> made = writable(SIZE);
        if (made.isEmpty()) {
            return;
        }
        try (DiskWriter writer = transport().openWriter(made.get(), secrets())) {
            String sentence = "DiskWriter.size: \"writes stay inside it\"";
            assertThrows(Exception.class, () -> writer.write(SIZE - 1, new byte[2], 0, 2), sentence);
            assertThrows(Exception.class, () -> writer.zero(SIZE - 1, 2), sentence);
            assertThrows(Exception.class, () -> writer.write(-1, new byte[2], 0, 2), sentence);
        }
        try (DiskReader reader = transport().openReader(made.get(), secrets())) {
            assertEquals((long) SIZE, reader.size(), "DiskWriter.size: \"writes stay inside it\": the disk grew");
        }
    }

    @Test
    void closingAWriterTwiceDoesNothingAndWritingThenFails() throws Exception {
        Optional<DiskAccess> made = writable(4096);
        if (made.isEmpty()) {
            return;
        }
        DiskWriter writer = transport().openWriter(made.get(), secrets());
        writer.close();
        writer.close();
        assertThrows(
                Exception.class,
                () -> writer.write(0, new byte[1], 0, 1),
                "DiskWriter.close: a closed writer writes on");
    }

    private DiskReader open(byte[] content) throws Exception {
        return transport().openReader(readable(content), secrets());
    }

    private void checkContent(DiskAccess access, byte[] expected, String sentence) throws Exception {
        try (DiskReader reader = transport().openReader(access, secrets())) {
            byte[] found = DiskData.readAll(reader);
            int differs = Arrays.mismatch(expected, found);
            assertTrue(differs < 0, sentence + "; byte " + differs);
            checkAllocated(reader, expected, 0, expected.length);
        }
    }

    private static void checkAllocated(DiskReader reader, byte[] content, int from, int to) throws Exception {
        String sentence = "DiskReader.allocated: \"everything else is known to be zero\"";
        List<ByteRange> ranges = reader.allocated(new ByteRange(from, to - from));
        DiskData.checkRanges(ranges, from, to, sentence);
        DiskData.checkEqualOutside(ranges, content, new byte[content.length], from, to, sentence);
    }
}
