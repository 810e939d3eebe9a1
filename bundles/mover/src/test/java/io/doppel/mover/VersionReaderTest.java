package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskImage;
import io.doppel.disks.DiskImages;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.VhdStreamWriter;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionDisk;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version's disk read by several threads at once, and written as an image. */
class VersionReaderTest {
    @TempDir
    Path temp;

    private Vault vault;

    @BeforeEach
    void create() throws Exception {
        vault = Rig.create(new MemoryStorage(), Files.createDirectory(temp.resolve("state")));
    }

    @AfterEach
    void close() throws Exception {
        vault.close();
    }

    private VersionReader reader(byte[] content) throws DoppelException {
        String version = Rig.backup(vault, new Bytes(content)).id();
        return new VersionReader(vault.openDisk(version, "d"));
    }

    @Test
    void severalThreadsReadTheSameBytes() throws Exception {
        byte[] content = Bytes.made(7, (70 << 20) + 77);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (VersionReader reader = reader(content)) {
            assertEquals(content.length, reader.size());
            List<Future<?>> reads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Random random = new Random(t);
                reads.add(threads.submit(() -> {
                    for (int i = 0; i < 60; i++) {
                        assertSame(content, reader, random);
                    }
                    return null;
                }));
            }
            for (Future<?> read : reads) {
                read.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void assertSame(byte[] content, DiskReader reader, Random random) throws DoppelException {
        int length = random.nextInt(random.nextBoolean() ? 3 << 20 : 5000);
        int offset = random.nextInt(content.length - length + 1);
        byte[] buffer = new byte[length + 10];
        Arrays.fill(buffer, (byte) 0x55);
        reader.read(offset, buffer, 5, length);
        assertArrayEquals(
                Arrays.copyOfRange(content, offset, offset + length), Arrays.copyOfRange(buffer, 5, 5 + length));
        assertEquals(0x55, buffer[4]);
        assertEquals(0x55, buffer[5 + length]);
    }

    @Test
    void aVersionBecomesAnImage() throws Exception {
        byte[] content = Bytes.made(9, (37 << 20) + 512 * 3);
        Path vhd = temp.resolve("disk.vhd");
        try (VersionReader reader = reader(content);
                OutputStream out = Files.newOutputStream(vhd)) {
            VhdStreamWriter writer = VhdStreamWriter.dynamic(reader, UUID.randomUUID(), Instant.now());
            writer.writeTo(out, StreamWatch.NONE);
            assertEquals(writer.length(), Files.size(vhd));
        }
        try (DiskImage image = DiskImages.open(vhd)) {
            byte[] read = new byte[content.length];
            image.read(0, read, 0, read.length);
            assertArrayEquals(content, read);
        }
    }

    @Test
    void holesAreNotRead() throws Exception {
        byte[] content = new byte[200 << 20];
        content[150 << 20] = 1;
        try (VersionReader reader = reader(content)) {
            List<ByteRange> allocated = reader.allocated(new ByteRange(0, content.length));
            assertEquals(1, allocated.size());
            assertTrue(allocated.get(0).length() <= 1 << 20, allocated::toString);
            byte[] buffer = new byte[100];
            Arrays.fill(buffer, (byte) 1);
            reader.read(content.length - 100, buffer, 0, 100);
            assertArrayEquals(new byte[100], buffer);
        }
    }

    @Test
    void whatCannotBeReadIsAnErrorAndTheReaderGoesOn() throws Exception {
        DoppelException failure = new DoppelException(MoverError.VERIFY, "no");
        byte[] content = Bytes.made(3, 4 << 20);
        String version = Rig.backup(vault, new Bytes(content)).id();
        boolean[] closed = new boolean[1];
        int[] made = new int[1];
        try (VersionDisk disk = vault.openDisk(version, "d")) {
            VersionReader reader = new VersionReader(new FailingDisk(disk, failure, closed, made));
            byte[] buffer = new byte[1000];
            assertEquals(failure, assertThrows(DoppelException.class, () -> reader.read(0, buffer, 0, 1000)));
            reader.read(2 << 20, buffer, 0, 1000);
            assertArrayEquals(Arrays.copyOfRange(content, 2 << 20, (2 << 20) + 1000), buffer);
            assertEquals(1, made[0], "a reader that is free is used again");
            reader.close();
            assertTrue(closed[0]);
        }
    }

    /** Of which the first MiB is damaged. */
    private record FailingDisk(VersionDisk disk, DoppelException failure, boolean[] closed, int[] made)
            implements VersionDisk {
        @Override
        public ChunkReader chunkReader() {
            made[0]++;
            ChunkReader reader = disk.chunkReader();
            return new ChunkReader() {
                @Override
                public void read(long from, long to, ChunkSink sink) throws DoppelException {
                    throw new AssertionError("misses the chunk in which the range begins");
                }

                @Override
                public void readTouching(long from, long to, ChunkSink sink) throws DoppelException {
                    if (from < 1 << 20) {
                        sink.unreadable(from, 1000, failure);
                    }
                    reader.readTouching(from, to, sink);
                }

                @Override
                public void close() {
                    closed[0] = true;
                    reader.close();
                }
            };
        }

        @Override
        public long size() {
            return disk.size();
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) {
            throw new AssertionError("the slow way");
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) throws DoppelException {
            return disk.allocated(range);
        }

        @Override
        public void close() {}
    }
}
