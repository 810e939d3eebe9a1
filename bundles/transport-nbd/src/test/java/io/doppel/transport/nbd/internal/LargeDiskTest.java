package io.doppel.transport.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.disk.ByteRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges longer than one request can have, zeroing in its kinds, and connections of writers. */
class LargeDiskTest {
    private static final long SIZE = 64L << 30;

    @TempDir
    Path folder;

    @Test
    void whatIsAllocatedIsFoundInAVeryLargeDisk() throws Exception {
        long[] places = {0, (4L << 30) - 1, 4L << 30, 37_000_000_001L, SIZE - 1};
        StringBuilder data = new StringBuilder();
        for (long place : places) {
            data.append(" @").append(place).append(" 7");
        }
        try (NbdServer server = NbdServer.nbdkit(folder, "data", "data=" + data, "size=" + SIZE);
                NbdDiskReader reader = Access.to(server).reader()) {
            assertEquals(SIZE, reader.size());
            List<ByteRange> found = reader.allocated(new ByteRange(0, SIZE));
            for (long place : places) {
                assertTrue(
                        found.stream().anyMatch(range -> range.offset() <= place && place < range.end()),
                        place + " is not in " + found);
                byte[] one = new byte[1];
                reader.read(place, one, 0, 1);
                assertEquals(7, one[0]);
            }
            assertTrue(found.stream().mapToLong(ByteRange::length).sum() < 1 << 20, found.toString());
        }
    }

    /** A server that zeroes fast, one that says it does not, and one that does not know the question. */
    @ParameterizedTest
    @ValueSource(strings = {"default", "slow", "none"})
    void zerosOfManyGibibytesAreMade(String fast) throws Exception {
        long size = fast.equals("default") ? SIZE : 256 << 20;
        try (NbdServer server = NbdServer.nbdkit(
                        folder,
                        "--filter=nozero",
                        "memory",
                        "size=" + size,
                        "zeromode=notrim",
                        "fastzeromode=" + fast);
                NbdDiskWriter writer = Access.to(server).writable().writer();
                NbdDiskReader reader = Access.to(server).reader()) {
            assertTrue(writer.startsZeroed());
            byte[] ones = new byte[1 << 20];
            Arrays.fill(ones, (byte) 1);
            for (long at : new long[] {0, size / 2, size - ones.length}) {
                writer.write(at, ones, 0, ones.length);
            }
            writer.zero(3, size - 6);
            writer.flush();
            byte[] some = new byte[1 << 20];
            reader.read(0, some, 0, some.length);
            assertArrayEquals(Arrays.copyOf(new byte[] {1, 1, 1}, some.length), some);
            reader.read(size / 2, some, 0, some.length);
            assertArrayEquals(new byte[some.length], some);
            reader.read(size - 4, some, 0, 4);
            assertArrayEquals(new byte[] {0, 1, 1, 1}, Arrays.copyOf(some, 4));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable", "unsafe"})
    void aWriterHasSeveralConnectionsOnlyIfTheServerKeepsThemConsistent(String mode) throws Exception {
        Path log = folder.resolve("log");
        try (NbdServer server = NbdServer.nbdkit(
                        folder,
                        "--filter=log",
                        "--filter=multi-conn",
                        "--filter=delay",
                        "memory",
                        "16M",
                        "logfile=" + log,
                        "multi-conn-mode=" + mode,
                        "wdelay=50ms");
                NbdDiskWriter writer =
                        Access.to(server).with("connections", "3").writable().writer()) {
            ExecutorService threads = Executors.newFixedThreadPool(6);
            List<Future<?>> writes = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int offset = i << 20;
                writes.add(threads.submit(() -> {
                    writer.write(offset, new byte[1 << 20], 0, 1 << 20);
                    return null;
                }));
            }
            for (Future<?> write : writes) {
                write.get();
            }
            threads.shutdown();
        }
        long connections = Files.readAllLines(log).stream()
                .filter(line -> line.contains(" Connect "))
                .count();
        assertEquals(mode.equals("disable") ? 1 : 3, connections, () -> String.valueOf(log));
    }
}
