package io.doppel.transport.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.transport.nbd.NbdError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when real servers fail, stall, die and come back. */
class FaultsTest {
    private static final int SIZE = 8 << 20;
    private static final byte[] CONTENT = Images.content(SIZE, 2);
    private static final Timing HASTY =
            new Timing(Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ofSeconds(1));

    @TempDir
    Path folder;

    private final List<NbdServer> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        for (NbdServer server : servers) {
            server.close();
        }
    }

    private NbdServer keep(NbdServer server) {
        servers.add(server);
        return server;
    }

    private NbdServer file(String... more) throws Exception {
        List<String> all = new ArrayList<>(List.of(more));
        all.add(all.isEmpty() || !all.get(0).startsWith("--") ? 0 : 1, "file");
        all.add("file=" + Images.raw(folder, CONTENT));
        return keep(NbdServer.nbdkit(folder, all.toArray(String[]::new)));
    }

    private static DoppelException fails(NbdDiskReader reader, NbdError code) {
        DoppelException e = assertThrows(DoppelException.class, () -> Images.readAll(reader));
        assertTrue(e.is(code), () -> "expected " + code + ", got " + e.getMessage());
        return e;
    }

    @Test
    void anErrorOfTheDeviceFailsTheReadAndNotTheReader() throws Exception {
        Path trigger = folder.resolve("trigger");
        NbdServer server = file("--filter=error", "error-pread=EIO", "error-pread-rate=100%", "error-file=" + trigger);
        try (NbdDiskReader reader = Access.to(server).reader()) {
            assertArrayEquals(CONTENT, Images.readAll(reader));
            Files.createFile(trigger);
            assertTrue(fails(reader, NbdError.IO).retryable());
            Files.delete(trigger);
            assertArrayEquals(CONTENT, Images.readAll(reader));
            assertEquals(List.of(), reader.warnings());
        }
    }

    @Test
    void aStatusThatFailsMeansThatAllIsRead() throws Exception {
        NbdServer server = file("--filter=error", "error-extents=EIO", "error-extents-rate=100%");
        try (NbdDiskReader reader = Access.to(server).reader()) {
            assertEquals(List.of(new ByteRange(5, 100)), reader.allocated(new ByteRange(5, 100)));
            assertEquals(1, reader.warnings().size());
        }
    }

    @Test
    void requestsOfSeveralThreadsAreInFlightOnOneConnection() throws Exception {
        NbdServer server = file("--filter=delay", "rdelay=500ms");
        try (NbdDiskReader reader = Access.to(server).with("connections", "1").reader()) {
            long begin = System.nanoTime();
            List<Future<byte[]>> parts = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int offset = i * 100_000;
                parts.add(threads.submit(() -> {
                    byte[] part = new byte[100_000];
                    reader.read(offset, part, 0, part.length);
                    return part;
                }));
            }
            for (int i = 0; i < 16; i++) {
                assertArrayEquals(
                        Arrays.copyOfRange(CONTENT, i * 100_000, (i + 1) * 100_000),
                        parts.get(i).get());
            }
            long millis = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(millis < 4000, "16 reads of 500 ms took " + millis + " ms");
        }
    }

    /** Others then read replies while a call still has requests to send. */
    @Test
    void longReadsOfSeveralThreadsShareAConnection() throws Exception {
        try (NbdDiskReader reader = Access.to(file()).with("connections", "1").reader()) {
            List<Future<byte[]>> reads = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                reads.add(threads.submit(() -> Images.readAll(reader)));
            }
            for (Future<byte[]> read : reads) {
                assertArrayEquals(CONTENT, read.get());
            }
        }
    }

    @Test
    void aServerKilledInMidReadAndStartedAgainIsReadOn() throws Exception {
        NbdServer server = file("--filter=delay", "rdelay=100ms");
        try (NbdDiskReader reader = Access.to(server).reader()) {
            Images.readAll(reader);
            CountDownLatch running = new CountDownLatch(1);
            Future<byte[]> read = threads.submit(() -> {
                byte[] all = new byte[SIZE];
                for (int at = 0; at < SIZE; at += 1 << 20) {
                    reader.read(at, all, at, 1 << 20);
                    running.countDown();
                    if (at == 2 << 20) {
                        server.kill();
                        server.start();
                    }
                }
                return all;
            });
            running.await();
            assertArrayEquals(CONTENT, read.get());
            assertTrue(
                    reader.warnings().get(0).contains("replaced"),
                    reader.warnings().toString());
        }
    }

    @Test
    void aConnectionOfSeveralThreadsIsReplacedByOne() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.serve(4096, false);
            for (ScriptedServer.Asked asked = peer.asked(); reads.incrementAndGet() != 4; asked = peer.asked()) {
                if (reads.get() > 4) {
                    peer.out.writeInt(ScriptedServer.SIMPLE);
                    peer.out.writeInt(0);
                    peer.out.writeLong(asked.cookie());
                    peer.out.write(CONTENT, 0, 4096);
                }
            }
        })) {
            try (NbdDiskReader reader = Access.to(server.port()).reader()) {
                List<Future<byte[]>> parts = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    parts.add(threads.submit(() -> Images.readAll(reader)));
                }
                for (Future<byte[]> part : parts) {
                    assertArrayEquals(Arrays.copyOf(CONTENT, 4096), part.get());
                }
                assertEquals(2, server.connections());
                assertEquals(4, reader.warnings().size());
            }
        }
    }

    @Test
    void aDeadServerFailsReadsAtOnceUntilItIsBack() throws Exception {
        NbdServer server = file();
        try (NbdDiskReader reader = Access.to(server).reader()) {
            Images.readAll(reader);
            server.kill();
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertTrue(fails(reader, NbdError.UNREACHABLE).retryable()));
            server.start();
            assertArrayEquals(CONTENT, Images.readAll(reader));
        }
    }

    @Test
    void anotherDiskBehindTheSameNameIsNoticed() throws Exception {
        Path image = Images.raw(folder, CONTENT);
        NbdServer server = keep(NbdServer.nbdkit(folder, "file", image.toString()));
        try (NbdDiskReader reader = Access.to(server).reader()) {
            server.kill();
            Files.write(image, new byte[SIZE + 512]);
            server.start();
            fails(reader, NbdError.CHANGED);
        }
    }

    @Test
    void aStalledServerIsGivenUpInTime() throws Exception {
        NbdServer server = file();
        NbdDiskReader reader = Access.to(server).reader(HASTY);
        Images.readAll(reader);
        server.signal("STOP");
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            List<Future<?>> reads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                reads.add(threads.submit(() -> fails(reader, NbdError.TIMEOUT)));
            }
            for (Future<?> read : reads) {
                read.get();
            }
            reader.close();
        });
        server.signal("CONT");
    }

    @Test
    void closingEndsReadsThatWait() throws Exception {
        CountDownLatch asked = new CountDownLatch(2);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.serve(4096, false);
            for (int i = 0; i < 2; i++) {
                peer.asked();
                asked.countDown();
            }
            peer.in.readAllBytes();
        })) {
            NbdDiskReader reader = Access.to(server.port()).reader();
            Future<DoppelException> one = threads.submit(() -> fails(reader, NbdError.CLOSED));
            Future<DoppelException> two = threads.submit(() -> fails(reader, NbdError.CLOSED));
            asked.await();
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                reader.close();
                one.get();
                two.get();
            });
        }
    }

    @Test
    void aServerForOneClientIsReadOverOneConnection() throws Exception {
        NbdServer server = keep(NbdServer.qemu(
                folder,
                "--format=raw",
                "--read-only",
                "--shared=1",
                Images.raw(folder, CONTENT).toString()));
        try (NbdDiskReader reader = Access.to(server)
                .with("connections", "4")
                .reader(new Timing(Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ofSeconds(20)))) {
            List<Future<byte[]>> reads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                reads.add(threads.submit(() -> Images.readAll(reader)));
            }
            for (Future<byte[]> read : reads) {
                assertArrayEquals(CONTENT, read.get());
            }
        }
    }

    @Test
    void whatAKilledServerMayHaveLostIsNotCalledDurable() throws Exception {
        NbdServer server = file();
        try (NbdDiskWriter writer = Access.to(server).writable().writer()) {
            writer.write(0, new byte[4096], 0, 4096);
            server.kill();
            server.start();
            assertThrows(DoppelException.class, () -> writer.write(4096, new byte[4096], 0, 4096));
            assertThrows(DoppelException.class, () -> writer.write(4096, new byte[4096], 0, 4096));
            DoppelException e = assertThrows(DoppelException.class, writer::flush);
            assertTrue(e.is(NbdError.LOST) && e.retryable(), e.getMessage());
        }
    }

    /** Transmission flags: FUA only, flush only, neither. */
    @ParameterizedTest
    @ValueSource(ints = {1 | 8, 1 | 4 | 8, 1})
    void durabilityIsAskedForInTheWayTheServerKnows(int flags) throws Exception {
        List<ScriptedServer.Asked> requests = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.serve(4096, false, flags);
            for (int i = 0; i < 2; i++) {
                ScriptedServer.Asked asked = peer.asked();
                requests.add(asked);
                peer.in.skipNBytes(asked.length());
                peer.out.writeInt(ScriptedServer.SIMPLE);
                peer.out.writeInt(0);
                peer.out.writeLong(asked.cookie());
            }
        })) {
            try (NbdDiskWriter writer = Access.to(server.port()).writable().writer()) {
                writer.write(0, CONTENT, 0, 4096);
                writer.flush();
            }
        }
        boolean canFlush = (flags & 4) != 0;
        assertEquals(flags == (1 | 8) ? Proto.FLAG_FUA : 0, requests.get(0).flags());
        assertEquals(canFlush, requests.size() > 1 && requests.get(1).type() == Proto.FLUSH);
    }

    @Test
    void aFullTargetIsNamed() throws Exception {
        Path trigger = Files.createFile(folder.resolve("trigger"));
        NbdServer server =
                file("--filter=error", "error-pwrite=ENOSPC", "error-pwrite-rate=100%", "error-file=" + trigger);
        try (NbdDiskWriter writer = Access.to(server).writable().writer()) {
            DoppelException e = assertThrows(DoppelException.class, () -> writer.write(0, new byte[512], 0, 512));
            assertTrue(e.is(NbdError.FULL), e.getMessage());
        }
    }
}
