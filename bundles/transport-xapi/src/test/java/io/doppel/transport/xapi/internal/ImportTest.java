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
import io.doppel.spi.disk.DiskWriter;
import io.doppel.tck.SelfSigned;
import io.doppel.xapi.stream.StreamError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks written by raw imports to hosts that behave, and to those that do not. */
@Timeout(60)
class ImportTest {
    private static final String EXPORT = "/export_raw_vdi";
    private static final String IMPORT = "/import_raw_vdi";
    private static final int SIZE = 7 * Ground.MIB + 512;

    @TempDir
    static Path keys;

    @TempDir
    Path folder;

    private static SelfSigned known;
    private final byte[] disk = new byte[SIZE];
    private final AtomicInteger imports = new AtomicInteger();
    private Ground ground;
    private ScriptedPool pool;

    @BeforeAll
    static void makeKeys() throws Exception {
        known = SelfSigned.make(keys, "known");
    }

    @BeforeEach
    void start() throws Exception {
        ground = new Ground(folder, Duration.ofSeconds(20), Duration.ofSeconds(20));
        pool = new ScriptedPool(known);
        pool.on(IMPORT, (request, out, socket) -> {
            imports.incrementAndGet();
            Ground.ok(out);
            if (Ground.take(request.body(), disk)) {
                pool.tasks().succeed(request.task(), "<value>OpaqueRef:vdi</value>");
            } else {
                pool.tasks().fail(request.task(), "VDI_IO_ERROR", "Device I/O errors");
            }
        });
        pool.on(EXPORT, (request, out, socket) -> {
            Ground.ok(out);
            out.write(ground.vhd(disk.clone()));
            out.flush();
            pool.tasks().succeed(request.task(), "");
        });
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        ground.assertNothingIsLeft(pool);
    }

    private DiskWriter open(boolean fresh) throws DoppelException {
        return ground.transport.openWriter(
                ground.access(pool, SIZE, Map.of("fresh", Boolean.toString(fresh)), known.fingerprint()),
                ground.secrets);
    }

    @Test
    void unalignedPiecesInAnyOrderFromSeveralThreadsArriveAsWholeSectors() throws Exception {
        byte[] content = Ground.content(SIZE, 1);
        content[SIZE - 1] = 1;
        int piece = 30_011;
        try (DiskWriter writer = open(true)) {
            assertTrue(writer.startsZeroed());
            CompletableFuture<?>[] work = new CompletableFuture<?>[5];
            for (int w = 0; w < work.length; w++) {
                int worker = w;
                work[w] = CompletableFuture.runAsync(() -> {
                    for (int at = worker * piece; at < SIZE; at += work.length * piece) {
                        try {
                            writer.write(at, content, at, Math.min(piece, SIZE - at));
                        } catch (DoppelException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                });
            }
            CompletableFuture.allOf(work).get();
            writer.flush();
            assertArrayEquals(content, disk);
            writer.flush();
        }
        assertEquals(1, imports.get());
        ScriptedPool.Request request = pool.requests().get(0);
        assertEquals(
                Map.of("vdi", Ground.VDI, "format", "raw", "chunked", "true", "task_id", request.task()),
                request.query());
        assertEquals("1125899906842624", request.fields().get("content-length"));
        assertFalse(request.fields().containsKey("transfer-encoding"));
        assertFalse(request.fields().containsKey("expect"));
    }

    @Test
    void anyWritesAndZeroesWithFlushesBetweenGiveWhatWasWritten() throws Exception {
        for (int seed = 0; seed < 4; seed++) {
            boolean fresh = seed % 2 == 0;
            Random random = new Random(seed);
            byte[] expected = fresh ? new byte[SIZE] : Ground.content(SIZE, 100 + seed);
            System.arraycopy(expected, 0, disk, 0, SIZE);
            try (DiskWriter writer = open(fresh)) {
                for (int i = 0; i < 60; i++) {
                    int length = random.nextInt(4) == 0 ? random.nextInt(3_000_000) : random.nextInt(9000);
                    int at = random.nextInt(5) == 0 ? SIZE - length : random.nextInt(SIZE - length);
                    if (random.nextInt(3) == 0) {
                        writer.zero(at, length);
                        Arrays.fill(expected, at, at + length, (byte) 0);
                    } else {
                        byte[] bytes = new byte[length];
                        random.nextBytes(bytes);
                        writer.write(at, bytes, 0, length);
                        System.arraycopy(bytes, 0, expected, at, length);
                    }
                    if (i % 30 == 29) {
                        writer.flush();
                        assertArrayEquals(expected, disk, "seed " + seed + " step " + i);
                    }
                }
            }
        }
    }

    @Test
    void zerosOfAFreshDiskAreNotSent() throws Exception {
        AtomicLong taken = new AtomicLong();
        pool.on(IMPORT, (request, out, socket) -> {
            Ground.ok(out);
            byte[] all = request.body().readNBytes(12 + 4096 + 12);
            taken.addAndGet(all.length);
            System.arraycopy(all, 12, disk, 1_048_576, 4096);
            assertArrayEquals(new byte[12], Arrays.copyOfRange(all, 12 + 4096, all.length));
            pool.tasks().succeed(request.task(), "");
        });
        try (DiskWriter writer = open(true)) {
            writer.zero(0, SIZE);
            writer.flush();
            assertEquals(0, pool.tasks().count(), "an import of nothing");
            writer.zero(0, 1_048_576);
            writer.write(1_048_600, new byte[] {7}, 0, 1);
            writer.zero(1_048_601, SIZE - 1_048_601);
            writer.flush();
        }
        assertEquals(12 + 4096 + 12, taken.get());
        byte[] expected = new byte[SIZE];
        expected[1_048_600] = 7;
        assertArrayEquals(expected, disk);
    }

    @Test
    void manyPartsOfBlocksDoNotFillTheMemory() throws Exception {
        int size = 64 << 20;
        byte[] large = new byte[size];
        pool.on(IMPORT, (request, out, socket) -> {
            Ground.ok(out);
            Ground.take(request.body(), large);
            pool.tasks().succeed(request.task(), "");
        });
        byte[] expected = new byte[size];
        try (DiskWriter writer = ground.transport.openWriter(
                ground.access(pool, size, Map.of("fresh", "true"), known.fingerprint()), ground.secrets)) {
            for (int at = 100; at < size; at += Edges.BLOCK) {
                expected[at] = (byte) (at >> 12 | 1);
                writer.write(at, expected, at, 1);
            }
            writer.flush();
        }
        assertArrayEquals(expected, large);
    }

    @Test
    void flushReturnsWhenTheTaskSucceeded() throws Exception {
        CountDownLatch flushed = new CountDownLatch(1);
        AtomicBoolean succeeded = new AtomicBoolean();
        pool.on(IMPORT, (request, out, socket) -> {
            Ground.ok(out);
            Ground.take(request.body(), disk);
            flushed.await(600, TimeUnit.MILLISECONDS);
            succeeded.set(true);
            pool.tasks().succeed(request.task(), "");
        });
        try (DiskWriter writer = open(true)) {
            writer.write(0, new byte[4096], 0, 4096);
            writer.flush();
            assertTrue(succeeded.get(), "flushed before the task's end");
            flushed.countDown();
        }
    }

    @Test
    void anImportThatFailsAfterItsEndFailsTheFlushAndEverythingAfterIt() throws Exception {
        pool.on(IMPORT, (request, out, socket) -> {
            Ground.ok(out);
            Ground.take(request.body(), disk);
            pool.tasks().fail(request.task(), "SR_BACKEND_FAILURE_44", "", "no space");
            out.write(Ground.embedded("SR_BACKEND_FAILURE_44"));
        });
        try (DiskWriter writer = open(true)) {
            writer.write(0, new byte[4096], 0, 4096);
            DoppelException e = failing(writer::flush);
            assertTrue(e.getMessage().contains("SR_BACKEND_FAILURE_44"), e.getMessage());
            assertCode(StreamError.IMPORT_LOST, failing(writer::flush));
            assertCode(StreamError.IMPORT_LOST, failing(() -> writer.write(0, new byte[1], 0, 1)));
            assertCode(StreamError.IMPORT_LOST, failing(() -> writer.zero(0, 1)));
        }
    }

    @Test
    void aHostThatFailsInTheMiddleEndsTheWriting() throws Exception {
        pool.on(IMPORT, (request, out, socket) -> {
            Ground.ok(out);
            request.body().readNBytes(Ground.MIB);
            pool.tasks().fail(request.task(), "VDI_IO_ERROR", "Device I/O errors");
            socket.close();
        });
        byte[] data = Ground.content(SIZE, 3);
        Arrays.fill(data, 0, SIZE, (byte) 5);
        try (DiskWriter writer = open(true)) {
            DoppelException e = failing(() -> {
                for (int i = 0; i < 50; i++) {
                    writer.write(0, data, 0, SIZE);
                }
            });
            assertCode(StreamError.BROKEN, e);
            assertTrue(e.getMessage().contains("VDI_IO_ERROR"), e.getMessage());
        }
    }

    @Test
    void aRefusedImportGotNoData() throws Exception {
        AtomicInteger body = new AtomicInteger();
        pool.on(IMPORT, (request, out, socket) -> {
            out.write("HTTP/1.0 404 Not Found\r\n\r\n".getBytes());
            out.flush();
            try {
                body.addAndGet(request.body().readAllBytes().length);
            } catch (IOException e) {
                // the client went away
            }
        });
        try (DiskWriter writer = open(true)) {
            assertCode(StreamError.REFUSED, failing(() -> writer.write(0, new byte[8192], 0, 8192)));
        }
        pool.close();
        assertEquals(0, body.get());
    }

    @Test
    void aRedirectedImportSendsItsDataToTheOtherHostOnly() throws Exception {
        try (ScriptedPool other = new ScriptedPool(known, pool.tasks())) {
            AtomicInteger wasted = new AtomicInteger();
            other.on(IMPORT, (request, out, socket) -> {
                Ground.ok(out);
                Ground.take(request.body(), disk);
                pool.tasks().succeed(request.task(), "");
            });
            pool.on(IMPORT, (request, out, socket) -> {
                Ground.redirect(out, "https://127.0.0.1:" + other.port() + IMPORT);
                wasted.addAndGet(request.body().available());
            });
            byte[] content = Ground.content(SIZE, 4);
            try (DiskWriter writer = open(true)) {
                writer.write(0, content, 0, SIZE);
                writer.flush();
            }
            assertArrayEquals(content, disk);
            assertEquals(0, wasted.get());
        }
    }

    @Test
    void aRedirectedImportDoesNotGoToAHostThatIsNotPinned() throws Exception {
        try (ScriptedPool other = new ScriptedPool(SelfSigned.make(folder, "stranger"), pool.tasks())) {
            pool.on(
                    IMPORT,
                    (request, out, socket) -> Ground.redirect(out, "https://127.0.0.1:" + other.port() + IMPORT));
            try (DiskWriter writer = open(true)) {
                assertCode(CommonError.CERTIFICATE, failing(() -> writer.write(0, new byte[4096], 0, 4096)));
            }
            assertEquals(List.of(), other.requests());
        }
    }

    @Test
    void aHostThatTakesNothingIsGivenUp() throws Exception {
        Ground hasty = new Ground(folder, Duration.ofSeconds(1), Duration.ofSeconds(20));
        CountDownLatch over = new CountDownLatch(1);
        pool.on(IMPORT, (request, out, socket) -> {
            Ground.ok(out);
            over.await(30, TimeUnit.SECONDS);
        });
        byte[] data = new byte[SIZE];
        Arrays.fill(data, (byte) 1);
        try (DiskWriter writer = hasty.transport.openWriter(
                hasty.access(pool, SIZE, Map.of("fresh", "true"), known.fingerprint()), hasty.secrets)) {
            assertCode(StreamError.STALLED, failing(() -> {
                for (int i = 0; i < 20; i++) {
                    writer.write(0, data, 0, SIZE);
                }
            }));
        }
        over.countDown();
    }

    @Test
    void closingWithoutAFlushCancelsTheImport() throws Exception {
        CompletableFuture<Boolean> complete = new CompletableFuture<>();
        pool.on(IMPORT, (request, out, socket) -> {
            Ground.ok(out);
            try {
                complete.complete(Ground.take(request.body(), disk));
            } catch (IOException e) {
                complete.complete(false);
            }
        });
        DiskWriter writer = open(true);
        writer.write(0, new byte[Ground.MIB], 0, Ground.MIB);
        writer.close();
        writer.close();
        assertFalse(complete.get(10, TimeUnit.SECONDS), "the end was sent");
        assertTrue(pool.tasks().last().cancelAsked);
        assertThrows(IllegalStateException.class, () -> writer.write(0, new byte[1], 0, 1));
    }
}
