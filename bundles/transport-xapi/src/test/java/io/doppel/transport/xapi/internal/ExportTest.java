package io.doppel.transport.xapi.internal;

import static io.doppel.transport.xapi.internal.Ground.assertCode;
import static io.doppel.transport.xapi.internal.Ground.failing;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.tck.SelfSigned;
import io.doppel.tck.TestCancel;
import io.doppel.xapi.AddressMap;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiError;
import io.doppel.xapi.XapiRoute;
import io.doppel.xapi.stream.StreamError;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks as streams from hosts that behave, and from those that do not. */
@Timeout(60)
class ExportTest {
    private static final String EXPORT = "/export_raw_vdi";
    private static final int SIZE = 7 * Ground.MIB + 512;

    @TempDir
    static Path keys;

    @TempDir
    Path folder;

    private static SelfSigned known;
    private static SelfSigned stranger;
    private final byte[] content = Ground.content(SIZE, 1);
    private Ground ground;
    private byte[] vhd;
    private ScriptedPool pool;

    @BeforeAll
    static void makeKeys() throws Exception {
        known = SelfSigned.make(keys, "known");
        stranger = SelfSigned.make(keys, "stranger");
    }

    @BeforeEach
    void start() throws Exception {
        ground = new Ground(folder, Duration.ofSeconds(20), Duration.ofSeconds(20));
        content[0] = 1;
        content[SIZE - 1] = 2;
        vhd = ground.vhd(content);
        pool = new ScriptedPool(known);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        ground.assertNothingIsLeft(pool);
    }

    private DiskReader open() throws DoppelException {
        return ground.transport.openReader(ground.access(pool, SIZE, known.fingerprint()), ground.secrets);
    }

    private void send(ScriptedPool.Request request, OutputStream out) throws IOException {
        Ground.ok(out);
        out.write(vhd);
        out.flush();
        pool.tasks().succeed(request.task(), "");
    }

    @Test
    void aDiskIsReadAndItsTaskIsOursAndGone() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> send(request, out));
        try (DiskReader reader = open()) {
            assertEquals(SIZE, reader.size());
            assertArrayEquals(content, Ground.readAll(reader));
            reader.verifyUnchanged();
            assertArrayEquals(content, Ground.readAll(reader));
        }
        ScriptedPool.Request request = pool.requests().get(0);
        assertEquals(Ground.VDI, request.query().get("vdi"));
        assertEquals("vhd", request.query().get("format"));
        assertEquals("session_id=" + ScriptedPool.SESSION, request.fields().get("cookie"));
        assertFalse(request.query().containsKey("session_id"));
        assertEquals(
                Map.of("doppel:kind", "task", "doppel:installation", "test"),
                pool.tasks().last().otherConfig);
    }

    @Test
    void blocksAreReadAsTheyComeAndWhatHasDataIsKnownBefore() throws Exception {
        CountDownLatch firstRead = new CountDownLatch(1);
        int head = 3 * Ground.MIB;
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd, 0, head);
            out.flush();
            assertTrue(firstRead.await(20, TimeUnit.SECONDS));
            out.write(vhd, head, vhd.length - head);
            out.flush();
            pool.tasks().succeed(request.task(), "");
        });
        try (DiskReader reader = open()) {
            assertEquals(
                    SIZE,
                    reader.allocated(new ByteRange(0, SIZE)).stream()
                            .mapToLong(ByteRange::length)
                            .sum());
            byte[] block = new byte[Ground.MIB];
            reader.read(0, block, 0, block.length);
            assertArrayEquals(java.util.Arrays.copyOf(content, block.length), block);
            firstRead.countDown();
            assertArrayEquals(content, Ground.readAll(reader));
            reader.verifyUnchanged();
        }
    }

    @Test
    void whatTheTableLeavesOutIsNotAllocatedBeforeAnyDataComes() throws Exception {
        byte[] sparse = new byte[SIZE];
        sparse[5 * Ground.MIB] = 1;
        vhd = ground.vhd(sparse);
        CountDownLatch asked = new CountDownLatch(1);
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd, 0, 4096);
            out.flush();
            assertTrue(asked.await(20, TimeUnit.SECONDS));
            out.write(vhd, 4096, vhd.length - 4096);
            out.flush();
            pool.tasks().succeed(request.task(), "");
        });
        try (DiskReader reader = open()) {
            assertEquals(List.of(new ByteRange(4L << 20, 2L << 20)), reader.allocated(new ByteRange(0, SIZE)));
            byte[] zeros = new byte[Ground.MIB];
            reader.read(1000, zeros, 0, zeros.length);
            assertArrayEquals(new byte[Ground.MIB], zeros);
            asked.countDown();
            assertArrayEquals(sparse, Ground.readAll(reader));
        }
    }

    @Test
    void theEndOfTheTaskIsWaitedFor() throws Exception {
        CountDownLatch verified = new CountDownLatch(1);
        AtomicBoolean succeeded = new AtomicBoolean();
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd);
            out.flush();
            socket.shutdownOutput();
            verified.await(600, TimeUnit.MILLISECONDS);
            succeeded.set(true);
            pool.tasks().succeed(request.task(), "");
        });
        try (DiskReader reader = open()) {
            reader.verifyUnchanged();
            assertTrue(succeeded.get(), "declared good before the task's end");
            verified.countDown();
        }
    }

    @Test
    void aTaskThatFailsAfterTheWholeBodyMakesTheDiskBad() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd);
            out.flush();
            pool.tasks().fail(request.task(), "VDI_IO_ERROR", "Device I/O errors");
        });
        try (DiskReader reader = open()) {
            DoppelException e = failing(reader::verifyUnchanged);
            assertTrue(e.retryable() && e.getMessage().contains("VDI_IO_ERROR"), e.getMessage());
            failing(() -> reader.read(0, new byte[1], 0, 1));
        }
    }

    @Test
    void aConnectionThatBreaksFailsReadsAndSaysWhatThePoolSays() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd, 0, vhd.length / 2);
            out.flush();
            pool.tasks().fail(request.task(), "VDI_IO_ERROR", "Device I/O errors");
            socket.close();
        });
        try (DiskReader reader = open()) {
            DoppelException e = failing(() -> Ground.readAll(reader));
            assertCode(StreamError.BROKEN, e);
            assertTrue(e.retryable() && e.getMessage().contains("VDI_IO_ERROR"), e.getMessage());
            assertCode(StreamError.BROKEN, failing(reader::verifyUnchanged));
        }
    }

    @Test
    void aVhdThatEndsEarlyIsNeverGoodThoughTheTaskSaysSo() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd, 0, vhd.length - 512);
            out.flush();
            pool.tasks().succeed(request.task(), "");
        });
        try (DiskReader reader = open()) {
            assertCode(StreamError.BROKEN, failing(reader::verifyUnchanged));
        }
    }

    @Test
    void aFailureInsideTheStreamIsRecognised() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(Ground.embedded("SR_BACKEND_FAILURE_46: [ ; The VDI is not available ]"));
            out.flush();
        });
        DoppelException e = failing(this::open);
        assertCode(StreamError.FAILED_INSIDE, e);
        assertTrue(e.getMessage().contains("SR_BACKEND_FAILURE_46: [ ; The VDI is not available ]"), e.getMessage());
    }

    @Test
    void aFailureInsideTheStreamHasTheTasksReasonIfThereIsOne() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> {
            pool.tasks().fail(request.task(), "VDI_IN_USE", "OpaqueRef:v", "attach");
            Ground.ok(out);
            out.write(Ground.embedded("VDI_IN_USE"));
            out.flush();
        });
        assertCode(XapiError.BUSY, failing(this::open));
    }

    @Test
    void aRefusalSaysWhy() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> {
            pool.tasks().fail(request.task(), "RBAC_PERMISSION_DENIED", "http/get_export_raw_vdi");
            out.write("HTTP/1.1 403 Forbidden\r\n\r\n".getBytes());
            out.flush();
        });
        assertCode(XapiError.RIGHTS, failing(this::open));
        pool.on(EXPORT, (request, out, socket) -> {
            out.write("HTTP/1.1 404 Not Found\r\n\r\n".getBytes());
            out.flush();
        });
        assertCode(StreamError.REFUSED, failing(this::open));
    }

    @Test
    void aRedirectToAPinnedHostIsFollowed() throws Exception {
        try (ScriptedPool other = new ScriptedPool(stranger, pool.tasks())) {
            pool.on(
                    EXPORT,
                    (request, out, socket) -> Ground.redirect(
                            out, "https://127.0.0.1:" + other.port() + EXPORT + "?vdi={not valid}&x=1"));
            other.on(EXPORT, (request, out, socket) -> send(request, out));
            try (DiskReader reader = ground.transport.openReader(
                    ground.access(pool, SIZE, known.fingerprint(), stranger.fingerprint()), ground.secrets)) {
                assertArrayEquals(content, Ground.readAll(reader));
                reader.verifyUnchanged();
            }
            assertEquals(Ground.VDI, other.requests().get(0).query().get("vdi"));
        }
    }

    @Test
    void nothingIsSentToAHostThatIsNotPinned() throws Exception {
        try (ScriptedPool other = new ScriptedPool(stranger, pool.tasks())) {
            pool.on(
                    EXPORT,
                    (request, out, socket) -> Ground.redirect(out, "https://127.0.0.1:" + other.port() + EXPORT));
            assertCode(CommonError.CERTIFICATE, failing(this::open));
            assertEquals(List.of(), other.requests());
        }
    }

    @Test
    void redirectsToPlainTextOrInACircleOrToNowhereAreNotFollowed() throws Exception {
        try (ScriptedPool plain = new ScriptedPool(null, pool.tasks())) {
            for (String to : List.of(
                    "http://127.0.0.1:" + plain.port() + EXPORT,
                    "https://127.0.0.1:" + pool.port() + EXPORT,
                    "nowhere",
                    "")) {
                pool.on(EXPORT, (request, out, socket) -> Ground.redirect(out, to));
                assertCode(StreamError.REDIRECT, failing(this::open));
            }
            assertEquals(List.of(), plain.requests());
        }
    }

    @Test
    void aPoolWithoutTlsMayNotRedirectToTlsThatNobodyConfirmed() throws Exception {
        try (ScriptedPool plain = new ScriptedPool(null, pool.tasks())) {
            plain.on(
                    EXPORT,
                    (request, out, socket) -> Ground.redirect(out, "https://127.0.0.1:" + pool.port() + EXPORT));
            assertCode(
                    StreamError.REDIRECT,
                    failing(() -> ground.transport.openReader(ground.access(plain, SIZE), ground.secrets)));
            assertEquals(List.of(), pool.requests());
        }
    }

    @Test
    void anotherCertificateGetsNothing() throws Exception {
        DoppelException e = failing(
                () -> ground.transport.openReader(ground.access(pool, SIZE, stranger.fingerprint()), ground.secrets));
        assertCode(CommonError.CERTIFICATE, e);
        assertTrue(
                e.getMessage().contains(known.fingerprint().text())
                        && e.getMessage().contains(stranger.fingerprint().text()),
                e.getMessage());
        assertEquals(0, pool.tasks().count());
    }

    @Test
    void aStreamThatStandsStillEnds() throws Exception {
        Ground hasty = new Ground(folder, Duration.ofSeconds(1), Duration.ofSeconds(20));
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd, 0, vhd.length / 2);
            out.flush();
            pool.tasks().await(request.task(), 20_000);
        });
        try (DiskReader reader =
                hasty.transport.openReader(hasty.access(pool, SIZE, known.fingerprint()), hasty.secrets)) {
            assertCode(StreamError.STALLED, failing(reader::verifyUnchanged));
        }
        assertTrue(pool.tasks().last().cancelAsked);
    }

    @Test
    void aCancelEndsTheWaitForAHostThatDoesNotAnswer() throws Exception {
        openingIsCancelled(out -> {});
    }

    @Test
    void aCancelEndsTheWaitForTheHeadOfAStream() throws Exception {
        openingIsCancelled(out -> {
            Ground.ok(out);
            out.write(vhd, 0, 100);
            out.flush();
        });
    }

    /** What a host says before it falls silent. */
    private interface LastWords {
        void say(OutputStream out) throws IOException;
    }

    private void openingIsCancelled(LastWords words) throws Exception {
        TestCancel cancel = new TestCancel();
        CompletableFuture<Long> cancelled = new CompletableFuture<>();
        pool.on(EXPORT, (request, out, socket) -> {
            words.say(out);
            cancelled.complete(System.nanoTime());
            cancel.cancel();
            pool.tasks().await(request.task(), 20_000);
        });
        DoppelException e = failing(() ->
                ground.transport.openReader(ground.access(pool, SIZE, known.fingerprint()), ground.secrets, cancel));
        assertCode(CommonError.CANCELLED, e);
        assertTrue(System.nanoTime() - cancelled.get() < Duration.ofSeconds(10).toNanos(), "too slow");
        assertTrue(pool.tasks().last().cancelAsked);
    }

    @Test
    void aCancelEndsTheWaitForTls() throws Exception {
        TestCancel cancel = new TestCancel();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            XapiRoute route = new XapiRoute(
                    true,
                    silent.getLocalPort(),
                    Set.of(known.fingerprint()),
                    AddressMap.parse(""),
                    Optional.empty(),
                    Duration.ofMinutes(1));
            CompletableFuture<DoppelException> ended = CompletableFuture.supplyAsync(() ->
                    failing(() -> route.open(new XapiAddress("127.0.0.1", silent.getLocalPort()), cancel)));
            try (Socket asked = silent.accept()) {
                assertTrue(asked.getInputStream().read() >= 0, "the client begins");
                cancel.cancel();
                assertCode(CommonError.CANCELLED, ended.get(15, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void aTaskThatDoesNotEndIsNoSuccess() throws Exception {
        Ground hasty = new Ground(folder, Duration.ofSeconds(5), Duration.ofMillis(300));
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd);
            out.flush();
        });
        try (DiskReader reader =
                hasty.transport.openReader(hasty.access(pool, SIZE, known.fingerprint()), hasty.secrets)) {
            assertCode(StreamError.UNDECIDED, failing(reader::verifyUnchanged));
        }
    }

    @Test
    void closingInTheMiddleEndsTheConnectionAndCancelsTheTask() throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            try {
                out.write(vhd, 0, vhd.length / 2);
                out.flush();
                ended.complete(request.body().read() < 0);
            } catch (IOException e) {
                ended.complete(true);
            }
        });
        DiskReader reader = open();
        CompletableFuture<Throwable> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return Ground.readAll(reader).length > 0 ? null : new IllegalStateException();
            } catch (Exception e) {
                return e;
            }
        });
        reader.read(0, new byte[512], 0, 512);
        reader.close();
        assertTrue(ended.get(10, TimeUnit.SECONDS));
        assertTrue(pool.tasks().last().cancelAsked);
        assertTrue(waiting.get(10, TimeUnit.SECONDS) != null, "a read went on");
        assertThrows(IllegalStateException.class, () -> reader.read(0, new byte[1], 0, 1));
    }

    @Test
    void withoutRoomNothingIsSpooled() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> send(request, out));
        ground.usable = SpoolFolder.MARGIN + SIZE - 1;
        DoppelException e = failing(this::open);
        assertCode(StreamError.NO_ROOM, e);
        assertTrue(e.retryable(), e.getMessage());
        ground.usable = SpoolFolder.MARGIN + SIZE;
        open().close();
    }

    @Test
    void aDiskOfAnotherSizeIsRefused() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> send(request, out));
        for (long size : new long[] {SIZE + 512, SIZE - (2 << 20)}) {
            assertCode(
                    StreamError.WRONG_DISK,
                    failing(() -> ground.transport.openReader(
                            ground.access(pool, size, known.fingerprint()), ground.secrets)));
        }
        long rounded = SIZE - 512;
        try (DiskReader reader =
                ground.transport.openReader(ground.access(pool, rounded, known.fingerprint()), ground.secrets)) {
            assertArrayEquals(java.util.Arrays.copyOf(content, (int) rounded), Ground.readAll(reader));
            reader.verifyUnchanged();
        }
    }

    @Test
    void readersOfOneDiskShareAStreamUntilItFails() throws Exception {
        pool.on(EXPORT, (request, out, socket) -> send(request, out));
        try (DiskReader one = open();
                DiskReader two = open()) {
            one.close();
            assertArrayEquals(content, Ground.readAll(two));
            assertEquals(1, pool.requests().size());
        }
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(vhd, 0, vhd.length / 2);
            out.flush();
            pool.tasks().fail(request.task(), "INTERNAL_ERROR");
        });
        try (DiskReader broken = open()) {
            failing(broken::verifyUnchanged);
            pool.on(EXPORT, (request, out, socket) -> send(request, out));
            try (DiskReader again = open()) {
                assertArrayEquals(content, Ground.readAll(again));
                again.verifyUnchanged();
            }
        }
        assertEquals(3, pool.requests().size());
    }
}
