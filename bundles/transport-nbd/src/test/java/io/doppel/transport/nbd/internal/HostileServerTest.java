package io.doppel.transport.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.transport.nbd.NbdError;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Servers that break the rules: each is found out, with a code, at once, and without much memory. */
class HostileServerTest {
    private static final int SIZE = 1 << 20;
    private static final byte[] CONTENT = Images.content(SIZE, 3);
    private static final Timing HASTY = new Timing(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2));
    private static final long MOST_MEMORY = 16 << 20;
    private static final int READ = 4096;

    private interface Step {
        void run() throws Exception;
    }

    private static DynamicTest test(String name, NbdError expected, ScriptedServer.Script script) {
        return DynamicTest.dynamicTest(name, () -> {
            try (ScriptedServer server = new ScriptedServer(script)) {
                bounded(() -> {
                    DoppelException e = assertThrows(DoppelException.class, () -> use(server.port()));
                    assertTrue(e.is(expected), () -> "expected " + expected + ", got " + e.getMessage());
                });
                assertTrue(server.connections() < 10, "connections: " + server.connections());
            }
        });
    }

    private static void use(int port) throws DoppelException {
        try (NbdDiskReader reader = Access.to(port).reader(HASTY)) {
            reader.read(READ, new byte[READ], 0, READ);
            reader.allocated(new ByteRange(0, SIZE));
        }
    }

    private static void bounded(Step step) {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            long before = memory.getThreadAllocatedBytes(Thread.currentThread().getId());
            step.run();
            long used = memory.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            assertTrue(used < MOST_MEMORY, "bytes of memory: " + used);
        });
    }

    @TestFactory
    Stream<DynamicTest> handshakes() {
        return Stream.of(
                test("another protocol", NbdError.PROTOCOL, peer -> {
                    peer.out.writeBytes("HTTP/1.1 400 Bad Request\r\n\r\n");
                    peer.in.readAllBytes();
                }),
                test("half a greeting", NbdError.LOST, peer -> peer.out.writeLong(0x4e42444d41474943L)),
                test("silence", NbdError.TIMEOUT, peer -> peer.in.readAllBytes()),
                test("a byte now and then", NbdError.TIMEOUT, peer -> {
                    for (byte b : "NBDMAGICIHAVEOPT".getBytes()) {
                        peer.out.write(b);
                        TimeUnit.MILLISECONDS.sleep(300);
                    }
                }),
                test("a reply without its magic number", NbdError.PROTOCOL, peer -> {
                    peer.greet();
                    peer.option();
                    peer.out.writeLong(1);
                    peer.out.write(new byte[12]);
                    peer.in.readAllBytes();
                }),
                test("a reply to another option", NbdError.PROTOCOL, peer -> {
                    peer.greet();
                    peer.option();
                    peer.reply(Options.GO, Options.ACK, 0);
                    peer.in.readAllBytes();
                }),
                test("a reply of 4 GiB", NbdError.PROTOCOL, peer -> option(peer, Options.GO, Options.INFO, -1)),
                test("a reply of 1 GiB", NbdError.PROTOCOL, peer -> option(peer, Options.GO, Options.INFO, 1 << 30)),
                test("a reply of 1 GiB to the first option", NbdError.PROTOCOL, peer -> {
                    peer.greet();
                    peer.reply(peer.option(), Options.ACK, 1 << 30);
                    peer.in.readAllBytes();
                }),
                test("replies without end", NbdError.PROTOCOL, peer -> {
                    peer.greet();
                    while (peer.option() != Options.GO) {
                        peer.reply(Options.STRUCTURED_REPLY, 0x80000001, 0);
                    }
                    while (true) {
                        peer.reply(Options.GO, Options.INFO, 2);
                        peer.out.writeShort(9);
                    }
                }),
                test("no size", NbdError.PROTOCOL, peer -> option(peer, Options.GO, Options.ACK, 0)),
                test("a negative size", NbdError.PROTOCOL, peer -> info(peer, 0, -1L)),
                test("half a size", NbdError.PROTOCOL, peer -> info(peer, 0)),
                test("no block size", NbdError.PROTOCOL, peer -> info(peer, 3, 0L, 0L)),
                test("an odd block size", NbdError.PROTOCOL, peer -> info(peer, 3, (3L << 32) | 4096, 1L << 56)),
                test("a huge block size", NbdError.PROTOCOL, peer -> info(peer, 3, (1L << 62) | (1 << 30), -1L)),
                test("the export is gone", NbdError.UNKNOWN_EXPORT, peer -> option(peer, Options.GO, 0x80000006, 0)),
                test("the server stops", NbdError.SHUTDOWN, peer -> option(peer, Options.GO, 0x80000007, 0)),
                test("it may not be", NbdError.REFUSED, peer -> option(peer, Options.GO, 0x80000002, 0)),
                test("the name is not known to the oldest option", NbdError.UNKNOWN_EXPORT, peer -> {
                    option(peer, Options.GO, 0x80000001, 0);
                }));
    }

    /** Refuses structured replies and answers one option so. */
    private static void option(ScriptedServer.Peer peer, int option, int type, int length) throws Exception {
        peer.greet();
        int asked = peer.option();
        while (asked != option) {
            peer.reply(asked, 0x80000001, 0);
            asked = peer.option();
        }
        peer.reply(option, type, length);
        if (peer.option() != Options.EXPORT_NAME) {
            peer.in.readAllBytes();
        }
    }

    /** Answers with an information of this kind. */
    private static void info(ScriptedServer.Peer peer, int kind, long... words) throws Exception {
        peer.greet();
        while (peer.option() != Options.GO) {
            peer.reply(Options.STRUCTURED_REPLY, 0x80000001, 0);
        }
        peer.reply(Options.GO, Options.INFO, 2 + 8 * words.length);
        peer.out.writeShort(kind);
        for (long word : words) {
            peer.out.writeLong(word);
        }
        peer.reply(Options.GO, Options.ACK, 0);
        peer.in.readAllBytes();
    }

    @TestFactory
    Stream<DynamicTest> replies() {
        byte[] whole = new byte[READ];
        return Stream.of(
                reply("another magic number", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.out.writeLong(0x1122334455667788L);
                    peer.out.writeLong(asked.cookie());
                }),
                reply("for nobody", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.data(ScriptedServer.DONE, asked.cookie() + 1, asked.offset(), whole);
                }),
                reply("simple where structured was agreed", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.out.writeInt(ScriptedServer.SIMPLE);
                    peer.out.writeInt(0);
                    peer.out.writeLong(asked.cookie());
                    peer.out.write(whole);
                }),
                reply("data before the range", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.data(ScriptedServer.DONE, asked.cookie(), asked.offset() - 1, whole);
                }),
                reply("data beyond the range", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.data(ScriptedServer.DONE, asked.cookie(), asked.offset(), new byte[READ + 1]);
                }),
                reply("data of 4 GiB", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.chunk(0, 1, asked.cookie(), -1, ByteBuffer.allocate(8).putLong(asked.offset()));
                }),
                reply("data of 2 GiB", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.chunk(
                            0,
                            1,
                            asked.cookie(),
                            Integer.MAX_VALUE,
                            ByteBuffer.allocate(8).putLong(asked.offset()));
                }),
                reply("no data", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.chunk(0, 1, asked.cookie(), 8, ByteBuffer.allocate(8).putLong(asked.offset()));
                }),
                reply("the same twice", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.data(0, asked.cookie(), asked.offset(), new byte[512]);
                    peer.data(0, asked.cookie(), asked.offset() + 511, new byte[512]);
                }),
                reply("the same twice, later", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.data(0, asked.cookie(), asked.offset() + 1024, new byte[512]);
                    peer.data(0, asked.cookie(), asked.offset() + 512, new byte[513]);
                }),
                reply("a part is missing", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.data(ScriptedServer.DONE, asked.cookie(), asked.offset(), new byte[READ - 1]);
                }),
                reply("everything is missing", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.chunk(ScriptedServer.DONE, 0, asked.cookie(), 0, ByteBuffer.allocate(0));
                }),
                reply("a hole of 4 GiB", NbdError.PROTOCOL, (peer, asked) -> {
                    ByteBuffer hole =
                            ByteBuffer.allocate(12).putLong(asked.offset()).putInt(-1);
                    peer.chunk(ScriptedServer.DONE, 2, asked.cookie(), 12, hole);
                }),
                reply("a status", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.chunk(
                            ScriptedServer.DONE,
                            5,
                            asked.cookie(),
                            12,
                            ByteBuffer.allocate(12).putInt(7));
                }),
                reply("an error of 4 GiB", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.chunk(ScriptedServer.DONE, 0x8001, asked.cookie(), -1, ByteBuffer.allocate(0));
                }),
                reply("an error of 1 GiB", NbdError.PROTOCOL, (peer, asked) -> {
                    peer.chunk(ScriptedServer.DONE, 0x8001, asked.cookie(), 1 << 30, ByteBuffer.allocate(0));
                }),
                reply("an error longer than its chunk", NbdError.PROTOCOL, (peer, asked) -> {
                    ByteBuffer error = ByteBuffer.allocate(6).putInt(5).putShort((short) 100);
                    peer.chunk(ScriptedServer.DONE, 0x8001, asked.cookie(), 6, error);
                }),
                reply("an error of an unknown kind", NbdError.DENIED, (peer, asked) -> {
                    ByteBuffer error = ByteBuffer.allocate(16)
                            .putInt(1)
                            .putShort((short) 2)
                            .putShort((short) 0x6869)
                            .putLong(3);
                    peer.chunk(ScriptedServer.DONE, 0x8077, asked.cookie(), 16, error);
                }),
                reply("the server stops", NbdError.SHUTDOWN, (peer, asked) -> {
                    ByteBuffer error = ByteBuffer.allocate(6).putInt(108).putShort((short) 0);
                    peer.chunk(ScriptedServer.DONE, 0x8001, asked.cookie(), 6, error);
                }),
                test("the end in mid-data, again and again", NbdError.LOST, peer -> {
                    peer.serve(SIZE, true);
                    ScriptedServer.Asked asked = peer.asked();
                    peer.chunk(
                            0,
                            1,
                            asked.cookie(),
                            8 + READ,
                            ByteBuffer.allocate(100).putLong(asked.offset()));
                }),
                reply("a byte now and then", NbdError.TIMEOUT, (peer, asked) -> {
                    peer.chunk(
                            0,
                            1,
                            asked.cookie(),
                            8 + READ,
                            ByteBuffer.allocate(8).putLong(asked.offset()));
                    while (true) {
                        TimeUnit.MILLISECONDS.sleep(300);
                        peer.out.write(0);
                    }
                }),
                status("an extent without length", 0, 3),
                status("half an extent", 100));
    }

    private interface Answer {
        void to(ScriptedServer.Peer peer, ScriptedServer.Asked asked) throws Exception;
    }

    private static DynamicTest reply(String name, NbdError expected, Answer answer) {
        return test(name, expected, peer -> {
            peer.serve(SIZE, true);
            answer.to(peer, peer.asked());
            peer.in.readAllBytes();
        });
    }

    private static DynamicTest status(String name, int... words) {
        return test("a status with " + name, NbdError.PROTOCOL, peer -> {
            peer.serve(SIZE, true);
            ScriptedServer.Asked read = peer.asked();
            peer.data(ScriptedServer.DONE, read.cookie(), read.offset(), new byte[READ]);
            ByteBuffer payload = ByteBuffer.allocate(4 + 4 * words.length).putInt(7);
            for (int word : words) {
                payload.putInt(word);
            }
            peer.chunk(ScriptedServer.DONE, 5, peer.asked().cookie(), payload.capacity(), payload);
            peer.in.readAllBytes();
        });
    }

    @Test
    void bytesBeforeTlsAreNotTakenIntoIt(@TempDir Path folder) throws Exception {
        Certificates certificates = Certificates.make(folder);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet();
            peer.option();
            ByteBuffer reply = ByteBuffer.allocate(40).putLong(0x3e889045565a9L);
            peer.out.write(reply.putInt(Options.STARTTLS).putInt(Options.ACK).array());
            peer.in.readAllBytes();
        })) {
            DoppelException e = assertThrows(
                    DoppelException.class,
                    () -> Access.to(server.port()).pinned(certificates).reader(HASTY));
            assertTrue(e.is(NbdError.PROTOCOL), e.getMessage());
        }
    }

    /** Two requests, each answered in pieces, the pieces of both shuffled. */
    @Test
    void piecesInAnyOrderArePutTogether() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.serve(SIZE, true);
            List<ScriptedServer.Asked> pieces = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                ScriptedServer.Asked asked = peer.asked();
                for (int at = 0; at < asked.length(); at += 8192) {
                    pieces.add(new ScriptedServer.Asked(0, i, asked.cookie(), asked.offset() + at, 8192));
                }
            }
            Collections.shuffle(pieces, new Random(5));
            for (ScriptedServer.Asked piece : pieces) {
                byte[] data = new byte[8192];
                System.arraycopy(CONTENT, (int) piece.offset(), data, 0, 8192);
                peer.data(0, piece.cookie(), piece.offset(), data);
            }
            for (ScriptedServer.Asked last : pieces.stream()
                    .filter(piece -> piece.offset() % (512 << 10) == 0)
                    .toList()) {
                peer.chunk(ScriptedServer.DONE, 0, last.cookie(), 0, ByteBuffer.allocate(0));
            }
            peer.in.readAllBytes();
        })) {
            try (NbdDiskReader reader = Access.to(server.port()).reader(HASTY)) {
                byte[] all = new byte[SIZE];
                bounded(() -> reader.read(0, all, 0, SIZE));
                assertArrayEquals(CONTENT, all);
            }
        }
    }

    /** A hole whose content is not said to be zero has to be read. */
    @Test
    void onlyZerosAreLeftOut() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.serve(SIZE, true);
            long cookie = peer.asked().cookie();
            ByteBuffer status = ByteBuffer.allocate(36).putInt(7);
            status.putInt(4096).putInt(1).putInt(4096).putInt(2).putInt(4096).putInt(3);
            peer.chunk(ScriptedServer.DONE, 5, cookie, 36, status.putInt(4096).putInt(4));
            ScriptedServer.Asked rest = peer.asked();
            ByteBuffer beyond =
                    ByteBuffer.allocate(12).putInt(7).putInt(1 << 30).putInt(2);
            peer.chunk(ScriptedServer.DONE, 5, rest.cookie(), 12, beyond);
            peer.in.readAllBytes();
        })) {
            try (NbdDiskReader reader = Access.to(server.port()).reader(HASTY)) {
                assertEquals(
                        List.of(new ByteRange(0, 4096), new ByteRange(12_288, 4096)),
                        reader.allocated(new ByteRange(0, SIZE)));
            }
        }
    }
}
