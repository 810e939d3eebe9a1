package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we write is read by qemu-img and libvhdi. */
class VhdStreamWriterTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    /** With odd ones: no multiple of a sector, of a block, of any geometry. */
    @ParameterizedTest
    @ValueSource(longs = {1, 512, 513, 68_096, 1_000_448, 2 << 20, (2 << 20) + 512, 9_437_696, 73_400_833})
    void othersReadWhatWeWrite(long size) throws Exception {
        Path raw = Qemu.raw(folder.resolve("source.raw"), size, size);
        Path vhd = folder.resolve("disk.vhd");
        byte[] expected = Arrays.copyOf(Files.readAllBytes(raw), (int) ((size + 511) / 512 * 512));
        try (DiskReader source = DiskImages.open(raw)) {
            VhdStreamWriter writer = VhdStreamWriter.dynamic(source, UUID.randomUUID(), VhdFiles.MADE);
            VhdFiles.write(writer, vhd);
            assertEquals(Files.size(vhd), writer.length());
        }
        assertArrayEquals(expected, VhdFiles.asQemuReads(vhd));
        assertArrayEquals(expected, VhdFiles.asLibvhdiReads(vhd));
        assertArrayEquals(expected, VhdFiles.asStreamed(Files.readAllBytes(vhd), new byte[expected.length]));
        try (DiskImage image = DiskImages.open(vhd)) {
            DiskBytes.assertHolds(expected, image);
        }
    }

    @Test
    void qemuFindsTheSizeWithoutBeingTold() throws Exception {
        Path raw = Qemu.raw(folder.resolve("source.raw"), 73_400_832, 4);
        Path vhd = folder.resolve("disk.vhd");
        try (DiskReader source = DiskImages.open(raw)) {
            VhdFiles.write(VhdStreamWriter.dynamic(source, UUID.randomUUID(), VhdFiles.MADE), vhd);
        }
        Path again = folder.resolve("again.raw");
        Qemu.run("qemu-img", "convert", "-f", "vpc", "-O", "raw", vhd.toString(), again.toString());
        assertEquals(-1, Files.mismatch(raw, again));
    }

    @Test
    void anEmptyDiskIsAnEmptyImage() throws Exception {
        byte[] vhd = VhdFiles.bytes(
                VhdStreamWriter.dynamic(new MemoryDisk(new byte[0], 512), UUID.randomUUID(), VhdFiles.MADE));
        assertEquals(2048, vhd.length);
        assertEquals(0, VhdFiles.asStreamed(vhd, new byte[0]).length);
    }

    @Test
    void aChainOfDifferencesIsReadByLibvhdi() throws Exception {
        int size = (int) (11 * MIB + 512 * 8);
        Random random = new Random(3);
        byte[] content = new byte[size];
        random.nextBytes(content);
        Arrays.fill(content, (int) (3 * MIB), (int) (9 * MIB), (byte) 0);
        List<Path> chain = new ArrayList<>();
        UUID id = UUID.randomUUID();
        chain.add(folder.resolve("base.vhd"));
        VhdFiles.write(VhdStreamWriter.dynamic(new MemoryDisk(content, 4096), id, VhdFiles.MADE), chain.get(0));
        for (int i = 1; i <= 3; i++) {
            byte[] before = content.clone();
            List<ByteRange> changed = new ArrayList<>();
            for (int j = 0; j < 6; j++) {
                // Whole 4 KiB: libvhdi 20210425 takes some shorter runs from the wrong image.
                int from = random.nextInt(size / 4096) * 4096;
                int to = Math.min(size, from + 4096 * (1 + random.nextInt(400)));
                byte[] part = new byte[to - from];
                if (j % 3 != 0) {
                    random.nextBytes(part);
                }
                System.arraycopy(part, 0, content, from, part.length);
                changed.add(new ByteRange(from, to - from));
            }
            VhdParent parent = new VhdParent(id, chain.get(i - 1).getFileName().toString(), VhdFiles.MADE);
            id = UUID.randomUUID();
            Path child = folder.resolve("child ä " + i + ".vhd");
            VhdStreamWriter writer =
                    VhdStreamWriter.differencing(new MemoryDisk(content, 4096), changed, parent, id, VhdFiles.MADE);
            VhdFiles.write(writer, child);
            chain.add(child);
            assertEquals(Files.size(child), writer.length());
            assertArrayEquals(content, VhdFiles.asLibvhdiReads(chain.toArray(Path[]::new)));
            assertArrayEquals(content, VhdFiles.asStreamed(Files.readAllBytes(child), before));
            try (DiskImage image = DiskImages.open(child)) {
                assertEquals(i + 1, image.files().size());
                DiskBytes.assertHolds(content, image);
            }
        }
    }

    @Test
    void onlyTouchedSectorsAreInADifference() throws Exception {
        byte[] content = new byte[(int) (6 * MIB)];
        Arrays.fill(content, (byte) 7);
        List<ByteRange> changed = List.of(
                new ByteRange(4 * MIB + 700, 1),
                new ByteRange(5000, 0),
                new ByteRange(511, 2),
                new ByteRange(90 * MIB, 5));
        VhdParent parent = new VhdParent(UUID.randomUUID(), "parent.vhd", VhdFiles.MADE);
        byte[] vhd = VhdFiles.bytes(VhdStreamWriter.differencing(
                new MemoryDisk(content, 512), changed, parent, UUID.randomUUID(), VhdFiles.MADE));
        byte[] streamed = VhdFiles.asStreamed(vhd, new byte[content.length]);
        for (int i = 0; i < content.length; i++) {
            boolean touched = i < 1024 || i >= 4 * MIB + 512 && i < 4 * MIB + 1024;
            assertEquals(touched ? 7 : 0, streamed[i], "byte " + i);
        }
    }

    /** Buffers are used again: what was in them before must not go out in sectors that belong to nobody. */
    @Test
    void sectorsThatAreNotInADifferenceGoOutAsZeros() throws Exception {
        byte[] content = new byte[(int) (20 * MIB)];
        Arrays.fill(content, (byte) 7);
        List<ByteRange> changed = new ArrayList<>();
        changed.add(new ByteRange(0, 12 * MIB));
        for (long block = 12 * MIB; block < 20 * MIB; block += 2 * MIB) {
            changed.add(new ByteRange(block + 1024, 512));
            changed.add(new ByteRange(block + MIB, 512));
        }
        VhdParent parent = new VhdParent(UUID.randomUUID(), "parent.vhd", VhdFiles.MADE);
        byte[] vhd = VhdFiles.bytes(VhdStreamWriter.differencing(
                new MemoryDisk(content, 512), changed, parent, UUID.randomUUID(), VhdFiles.MADE));
        int stored = (int) (512 + 2 * MIB);
        int sevens = 0;
        for (int i = vhd.length - 512 - 10 * stored; i < vhd.length - 512; i++) {
            sevens += vhd[i] == 7 ? 1 : 0;
        }
        assertEquals(12 * MIB + 4 * 2 * 512, sevens);
    }

    @Test
    void tooLargeIsSaidBeforeAnythingIsRead() throws Exception {
        assertEquals(
                VhdStreamWriter.LARGEST_DISK / (2 * MIB) * 4 + 2048,
                VhdStreamWriter.dynamic(new SparseDisk(VhdStreamWriter.LARGEST_DISK), UUID.randomUUID(), VhdFiles.MADE)
                        .length());
        CodedErrors.assertCode(
                DiskError.TOO_LARGE,
                () -> VhdStreamWriter.dynamic(
                        new SparseDisk(VhdStreamWriter.LARGEST_DISK + 1), UUID.randomUUID(), VhdFiles.MADE));
    }

    /** The largest disk, with some data everywhere: written and read in the heap that the tests have, a little of it used. */
    @Test
    void memoryStaysBoundedWhateverTheSize() throws Exception {
        SparseDisk source = new SparseDisk(VhdStreamWriter.LARGEST_DISK, 300);
        VhdStreamWriter writer = VhdStreamWriter.dynamic(source, UUID.randomUUID(), VhdFiles.MADE);
        SparseDisk.Check sink = source.new Check();
        HeapWatch heap = new HeapWatch();
        Pipes.through(
                out -> writer.writeTo(out, new StreamWatch(CancelToken.NEVER, heap)),
                in -> VhdStreamReader.read(in, info -> sink, StreamWatch.NONE));
        sink.assertWhole();
        assertTrue(heap.most() < 64 * MIB, () -> heap.most() + " bytes");
    }

    @Test
    void aChangedSourceMakesNoWholeImage() throws Exception {
        byte[] content = new byte[(int) (3 * MIB)];
        Arrays.fill(content, (byte) 1);
        DiskReader changing = new MemoryDisk(content, 512) {
            @Override
            public void verifyUnchanged() {
                throw new IllegalStateException("changed");
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        VhdStreamWriter writer = VhdStreamWriter.dynamic(changing, UUID.randomUUID(), VhdFiles.MADE);
        assertThrows(IllegalStateException.class, () -> writer.writeTo(out, StreamWatch.NONE));
        CodedErrors.assertCode(
                DiskError.CUT_OFF, () -> VhdFiles.asStreamed(out.toByteArray(), new byte[content.length]));
    }

    @Test
    void aFailingReadEndsTheWritingAndItsThreads() throws Exception {
        byte[] content = new byte[(int) (40 * MIB)];
        Arrays.fill(content, (byte) 1);
        DiskReader failing = new MemoryDisk(content, 512) {
            @Override
            public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
                if (offset >= 20 * MIB) {
                    throw new DoppelException(DiskError.IO, "no");
                }
                super.read(offset, buffer, from, length);
            }
        };
        VhdStreamWriter writer = VhdStreamWriter.dynamic(failing, UUID.randomUUID(), VhdFiles.MADE);
        CodedErrors.assertCode(DiskError.IO, () -> VhdFiles.bytes(writer));
        assertNoReadersLeft();
    }

    @Test
    void cancellingEndsTheWritingAndItsThreads() throws Exception {
        SparseDisk source = new SparseDisk(100 * 1024 * MIB, 10_000);
        VhdStreamWriter writer = VhdStreamWriter.dynamic(source, UUID.randomUUID(), VhdFiles.MADE);
        StoppableToken cancel = new StoppableToken();
        StreamWatch watch = new StreamWatch(cancel, done -> {
            if (done > 20 * MIB) {
                cancel.stop();
            }
        });
        CodedErrors.assertCode(CommonError.CANCELLED, () -> writer.writeTo(OutputStream.nullOutputStream(), watch));
        assertNoReadersLeft();
    }

    private static void assertNoReadersLeft() {
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals("doppel-read-ahead")));
    }
}
