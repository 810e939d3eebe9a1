package io.doppel.disks;

import static io.doppel.disks.CodedErrors.assertCode;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawImageTest {
    @TempDir
    Path folder;

    private Path at(String name) {
        return folder.resolve(name);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 511, 513, 4095, 1_000_003})
    void everySizeIsADisk(long size) throws Exception {
        Path image = Qemu.raw(at("Büro ☃ " + "x".repeat(200) + ".img"), size, size);
        try (DiskImage opened = DiskImages.open(image)) {
            assertEquals("raw", opened.format());
            DiskBytes.assertHolds(Files.readAllBytes(image), opened);
            opened.verifyUnchanged();
        }
    }

    @Test
    void holesOfATebibyteCostNothing() throws Exception {
        Path image = at("big.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(1L << 40);
            for (long at : new long[] {0, 5L << 30, (1L << 40) - 1}) {
                file.seek(at);
                file.write(7);
            }
        }
        try (DiskImage opened = DiskImages.open(image)) {
            List<ByteRange> found =
                    assertTimeout(Duration.ofSeconds(20), () -> opened.allocated(new ByteRange(0, opened.size())));
            assertEquals(3, found.size());
            assertTrue(found.stream().mapToLong(ByteRange::length).sum() <= 3 * (64 << 10), found::toString);
            assertEquals(List.of(), opened.allocated(new ByteRange(6L << 30, 1L << 30)));
        }
    }

    @Test
    void everyKindOfChangeIsNoticed() throws Exception {
        Path image = at("disk.img");
        List<ThrowingChange> changes = List.of(
                () -> writeByte(image, 5),
                () -> {
                    // A writer that hides its trace by setting the time back.
                    FileTime before = Files.getLastModifiedTime(image);
                    writeByte(image, 5);
                    Files.setLastModifiedTime(image, before);
                },
                () -> writeByte(image, 200_000),
                () -> setLength(image, 99_999),
                () -> Files.copy(image, at("other"), StandardCopyOption.REPLACE_EXISTING),
                () -> Files.delete(image));
        for (int i = 0; i < changes.size(); i++) {
            Files.deleteIfExists(image);
            Qemu.raw(image, 100_000, 1);
            ThrowingChange change = changes.get(i);
            try (DiskImage opened = DiskImages.open(image)) {
                change.run();
                if (i == 4) {
                    opened.verifyUnchanged();
                    Files.move(at("other"), image, StandardCopyOption.REPLACE_EXISTING);
                }
                assertCode(DiskError.CHANGED, opened::verifyUnchanged);
            }
        }
    }

    private interface ThrowingChange {
        void run() throws Exception;
    }

    private static void writeByte(Path image, long at) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(at);
            file.write(99);
        }
    }

    private static void setLength(Path image, long length) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    /** Written just before and just after opening, in what may be one tick of the file system's clock. */
    @Test
    void aWriteRightAfterOpeningIsNeverMissed() throws Exception {
        Path image = Qemu.raw(at("disk.img"), 100_000, 1);
        for (int i = 0; i < 50; i++) {
            writeByte(image, i);
            try (DiskImage opened = DiskImages.open(image)) {
                writeByte(image, i + 1000);
                assertCode(DiskError.CHANGED, opened::verifyUnchanged);
            }
        }
    }

    @Test
    void whatChangesWhileItIsOpenedStaysNotOpen() throws Exception {
        Path image = Qemu.raw(at("disk.img"), 100_000, 1);
        AtomicBoolean ended = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !ended.get(); i++) {
                try {
                    writeByte(image, i % 1000);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        writer.start();
        int refused = 0;
        try {
            // how often the writer hits the moment depends on what else the machine does
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (refused < 100 && System.nanoTime() < end) {
                try {
                    DiskImages.inspect(image).close();
                } catch (DoppelException e) {
                    assertTrue(e.is(DiskError.CHANGED), e::getMessage);
                    refused++;
                }
            }
        } finally {
            ended.set(true);
            writer.join();
        }
        assertEquals(100, refused, "the image hardly ever changed while it was opened");
        assertEquals(0, openFiles(image), "files left open");
    }

    private static long openFiles(Path image) throws Exception {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).equals(image);
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    void anImageIsTheOneOfTheSnapshotOrRefused() throws Exception {
        Path image = Qemu.raw(at("disk.img"), 100_000, 1);
        ImageIdentity identity;
        try (DiskImage opened = DiskImages.open(image)) {
            identity = ImageIdentity.parse(opened.identity().toText());
            assertEquals(opened.identity(), identity);
        }
        DiskImages.open(image, identity).close();
        writeByte(image, 1);
        assertCode(DiskError.CHANGED, () -> DiskImages.open(image, identity));
    }

    @Test
    void readingBehindAShortenedEndIsCoded() throws Exception {
        Path image = Qemu.raw(at("disk.img"), 100_000, 1);
        try (DiskImage opened = DiskImages.open(image)) {
            setLength(image, 50_000);
            assertCode(DiskError.CHANGED, () -> opened.read(40_000, new byte[20_000], 0, 20_000));
        }
    }

    @Test
    void interruptedThreadsDoNotDisturbReading() throws Exception {
        Path image = Qemu.raw(at("disk.img"), 3_000_000, 1);
        byte[] expected = Files.readAllBytes(image);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (DiskImage opened = DiskImages.open(image)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                boolean interrupts = t % 2 == 0;
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < 50; i++) {
                        if (interrupts) {
                            Thread.currentThread().interrupt();
                        }
                        assertArrayEquals(expected, readAll(opened));
                        assertEquals(interrupts, Thread.interrupted());
                    }
                });
                thread.setUncaughtExceptionHandler((which, e) -> failure.set(e));
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join(60_000);
                assertFalse(thread.isAlive());
            }
        }
        assertEquals(null, failure.get());
    }

    private static byte[] readAll(DiskImage image) {
        try {
            return DiskBytes.all(image);
        } catch (DoppelException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWriterMakesHolesOfZeros() throws Exception {
        Path image = at("new.raw");
        RawDiskWriter.create(image, 10 << 20);
        assertCode(DiskError.EXISTS, () -> RawDiskWriter.create(image, 5));
        byte[] data = new byte[3 << 20];
        Arrays.fill(data, (byte) 3);
        try (RawDiskWriter writer = RawDiskWriter.open(image)) {
            assertTrue(writer.startsZeroed());
            Thread.currentThread().interrupt();
            writer.write(1_000_001, data, 0, data.length);
            writer.zero(2_000_000, 1_000_000);
            writer.flush();
            assertTrue(Thread.interrupted());
        }
        byte[] expected = new byte[10 << 20];
        System.arraycopy(data, 0, expected, 1_000_001, data.length);
        Arrays.fill(expected, 2_000_000, 3_000_000, (byte) 0);
        try (DiskImage opened = DiskImages.open(image)) {
            DiskBytes.assertHolds(expected, opened);
            long stored = opened.allocated(new ByteRange(0, opened.size())).stream()
                    .mapToLong(ByteRange::length)
                    .sum();
            assertTrue(stored < 2_200_000, "stored " + stored);
        }
        try (RawDiskWriter writer = RawDiskWriter.open(image)) {
            assertFalse(writer.startsZeroed());
        }
    }

    @Test
    void whatIsNoImageIsRefused() throws Exception {
        assertCode(DiskError.NOT_FOUND, () -> DiskImages.open(at("missing.img")));
        assertCode(DiskError.NOT_FOUND, () -> DiskImages.open(folder));
        Qemu.run("mkfifo", at("fifo.img").toString());
        assertCode(DiskError.NOT_FOUND, () -> DiskImages.open(at("fifo.img")));
        for (String name : List.of("a.qcow2", "a.vhd", "a.vhdx", "a.avhdx", "a.txt")) {
            assertCode(DiskError.NOT_AN_IMAGE, () -> DiskImages.open(Qemu.raw(at(name), 70_000, 1)));
        }
        Qemu.run("qemu-img", "create", "-f", "qcow2", at("b.vhd").toString(), "1M");
        assertCode(DiskError.NOT_AN_IMAGE, () -> DiskImages.open(at("b.vhd")));
    }

    /** A guest writes what it likes into its raw disk; it must not become another disk by that. */
    @Test
    void aRawImageStaysRawWhateverTheGuestWrites() throws Exception {
        Path qcow = at("x.qcow2");
        Qemu.run("qemu-img", "create", "-f", "qcow2", qcow.toString(), "1M");
        Path disguised = Files.copy(qcow, at("guest.raw"));
        try (DiskImage opened = DiskImages.open(disguised)) {
            assertArrayEquals(Files.readAllBytes(qcow), DiskBytes.all(opened));
        }
        Path vhd = at("y.vhd");
        Qemu.run("qemu-img", "create", "-f", "vpc", "-o", "subformat=fixed", vhd.toString(), "1M");
        Path footerAtEnd = Files.copy(vhd, at("guest.img"));
        try (DiskImage opened = DiskImages.open(footerAtEnd)) {
            assertEquals("raw", opened.format());
            assertEquals(Files.size(vhd), opened.size());
        }
    }
}
