package io.doppel.storage.cifs.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.smb.SmbLimits;
import io.doppel.tck.Samba;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes over the wire, and what happens when it is changed or breaks there. */
class WireTest {
    private static final int LINK = 11;
    private static final int SESSION_EXPIRED = 0xC000035C;

    @TempDir
    Path folder;

    private Nas nas;
    private Wire wire;

    @BeforeEach
    void start() throws Exception {
        nas = Nas.start(folder);
        Files.createDirectory(nas.store().resolve("vaults"));
        wire = Wire.to(nas.samba().port());
    }

    @AfterEach
    void stop() throws Exception {
        wire.close();
        nas.close();
    }

    private CifsStorage open(String... more) throws DoppelException {
        return open(Nas.LIMITS, more);
    }

    private CifsStorage open(SmbLimits limits, String... more) throws DoppelException {
        List<String> all = new java.util.ArrayList<>(List.of(more));
        all.add("port=" + wire.port());
        return nas.open(limits, all.toArray(String[]::new));
    }

    static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static void put(CifsStorage storage, String name, byte[] content) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            writer.write(content, 0, content.length);
            writer.commit();
        }
    }

    static byte[] get(CifsStorage storage, String name) throws DoppelException {
        byte[] content = new byte[(int) storage.stat(name).orElseThrow().size()];
        storage.read(name, 0, content, 0, content.length);
        return content;
    }

    static DoppelException fails(ErrorCode kind, org.junit.jupiter.api.function.Executable step) {
        DoppelException e = assertThrows(DoppelException.class, step);
        assertTrue(e.is(kind), e::getMessage);
        return e;
    }

    /** The commands of requests from one on, as letters: w(rite), f(lush), l(ink). */
    private String order() {
        StringBuilder order = new StringBuilder();
        for (Wire.Message request : wire.requests()) {
            switch (request.command()) {
                case Wire.WRITE -> order.append('w');
                case Wire.FLUSH -> order.append('f');
                case Wire.SET_INFO -> order.append(request.infoClass() == LINK ? "l" : "");
                default -> order.append("");
            }
        }
        return order.toString();
    }

    @Test
    void contentIsFlushedBeforeTheNameAndTheNameBeforeItIsReported() throws Exception {
        try (CifsStorage storage = open()) {
            put(storage, "first", bytes(10, 1));
            wire.record();
            put(storage, "second", bytes((2 << 20) + 5, 2));
            // Content, then name, then name again through file and folder.
            assertEquals("wwwflff", order());
            wire.record();
            put(storage, "made/anew/third", bytes(1, 3));
            // Between content and name the two new folders' names.
            assertEquals("wffflff", order());
            wire.record();
            put(storage, "made/anew/fourth", bytes(1, 3));
            assertEquals("wflff", order());
            wire.record();
            fails(StorageError.EXISTS, () -> put(storage, "second", bytes(1, 4)));
            // The winner may not have come so far.
            assertEquals("wflf", order());
            wire.record();
            storage.delete("second");
            storage.delete("second");
            assertEquals("ff", order());
        }
    }

    @Test
    void brokenConnectionsDoNotShowInReads() throws Exception {
        byte[] content = bytes(3_000_000, 5);
        try (CifsStorage storage = open()) {
            put(storage, "a/object", content);
            for (int command : new int[] {Wire.CREATE, Wire.READ}) {
                AtomicBoolean cut = new AtomicBoolean();
                wire.intercept(m -> m.isAnswer(command) && !cut.getAndSet(true) ? null : m.bytes());
                assertArrayEquals(content, get(storage, "a/object"));
                assertTrue(cut.get());
            }
            wire.cut();
            assertEquals(Optional.empty(), storage.stat("absent"));
            wire.cut();
            AtomicInteger told = new AtomicInteger();
            storage.list("", info -> told.incrementAndGet());
            assertEquals(1, told.get());
            wire.cut();
            storage.delete("a/object");
            wire.cut();
            put(storage, "a/object", content);
            assertArrayEquals(content, get(storage, "a/object"));
        }
    }

    @Test
    void aSessionThatExpiredIsBegunAnew() throws Exception {
        byte[] content = bytes(100, 6);
        try (CifsStorage storage = open("signing=false")) {
            put(storage, "object", content);
            AtomicBoolean expired = new AtomicBoolean();
            wire.intercept(m -> {
                if (m.isAnswer(Wire.READ) && !expired.getAndSet(true)) {
                    ByteBuffer.wrap(m.bytes()).order(ByteOrder.LITTLE_ENDIAN).putInt(8, SESSION_EXPIRED);
                }
                return m.bytes();
            });
            assertArrayEquals(content, get(storage, "object"));
            assertTrue(expired.get());
        }
    }

    @Test
    void aCommitWhoseAnswerIsLostIsFoundToHaveHappened() throws Exception {
        byte[] content = bytes(50_000, 7);
        try (CifsStorage storage = open()) {
            put(storage, "other", content);
            AtomicBoolean cut = new AtomicBoolean();
            AtomicBoolean asked = new AtomicBoolean();
            wire.intercept(m -> {
                if (m.isRequest(Wire.SET_INFO) && m.infoClass() == LINK) {
                    asked.set(true);
                }
                return asked.get() && m.isAnswer(Wire.SET_INFO) && !cut.getAndSet(true) ? null : m.bytes();
            });
            put(storage, "object", content);
            assertTrue(cut.get());
            assertArrayEquals(content, get(storage, "object"));
            assertOnlyLocksLeft(storage);
        }
    }

    @Test
    void aCommitThatDidNotHappenFailsAndTheNextOneWorks() throws Exception {
        byte[] content = bytes(50_000, 8);
        try (CifsStorage storage = open()) {
            put(storage, "other", content);
            AtomicBoolean cut = new AtomicBoolean();
            wire.intercept(m ->
                    m.isRequest(Wire.SET_INFO) && m.infoClass() == LINK && !cut.getAndSet(true) ? null : m.bytes());
            DoppelException e = assertThrows(DoppelException.class, () -> put(storage, "object", content));
            assertTrue(e.retryable(), e::getMessage);
            assertEquals(Optional.empty(), storage.stat("object"));
            put(storage, "object", content);
            assertArrayEquals(content, get(storage, "object"));
            assertOnlyLocksLeft(storage);
        }
    }

    @Test
    void aCommitThatSomebodyElseWonMeanwhileIsNotTakenForOurs() throws Exception {
        try (CifsStorage storage = open();
                CifsStorage other = nas.open()) {
            put(storage, "other", bytes(1, 1));
            AtomicBoolean cut = new AtomicBoolean();
            wire.intercept(m -> {
                if (m.isRequest(Wire.SET_INFO) && m.infoClass() == LINK && !cut.getAndSet(true)) {
                    assertOrThrow(() -> put(other, "object", bytes(1000, 9)));
                    return null;
                }
                return m.bytes();
            });
            fails(StorageError.EXISTS, () -> put(storage, "object", bytes(1000, 10)));
            assertArrayEquals(bytes(1000, 9), get(storage, "object"));
        }
    }

    private static void assertOrThrow(org.junit.jupiter.api.function.Executable step) {
        try {
            step.execute();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private void assertOnlyLocksLeft(CifsStorage storage) throws Exception {
        try (var files = Files.list(nas.store().resolve("vaults/one/.tmp"))) {
            List<String> left = files.map(f -> f.getFileName().toString())
                    .filter(name -> !name.endsWith(Link.LOCK))
                    .toList();
            // What a broken connection leaves is removed by the server or swept when the next one opens the folder.
            if (!left.isEmpty()) {
                nas.samba().kill();
                nas.samba().start();
                nas.open().close();
                for (String name : left) {
                    assertTrue(
                            Files.notExists(
                                    nas.store().resolve("vaults/one/.tmp").resolve(name)),
                            name);
                }
            }
        }
    }

    @Test
    void changedBytesNeverComeThrough() throws Exception {
        byte[] content = bytes(300_000, 11);
        for (String setting : List.of("encryption=false", "encryption=true")) {
            try (CifsStorage storage = open(setting, "path=vaults/" + setting.length())) {
                put(storage, "object", content);
                AtomicInteger changed = new AtomicInteger();
                wire.intercept(m -> {
                    if (!m.toServer() && m.bytes().length > 300_000) {
                        m.bytes()[m.bytes().length - 1 - 1000 * changed.incrementAndGet()] ^= 1;
                    }
                    return m.bytes();
                });
                DoppelException e =
                        fails(CifsError.SIGNING, () -> storage.read("object", 0, new byte[300_000], 0, 300_000));
                assertTrue(e.what().contains("signed") || e.what().contains("changed"), e::what);
                assertTrue(changed.get() >= 2, "read again over a new connection before it counts");
                wire.intercept(Wire.Message::bytes);
                assertArrayEquals(content, get(storage, "object"));
            }
        }
    }

    @Test
    void everythingIsEncryptedWhereThatIsRequired() throws Exception {
        try (CifsStorage storage = open("encryption=true")) {
            wire.record();
            put(storage, "object", bytes(1000, 12));
            get(storage, "object");
            assertTrue(wire.requests().size() > 5);
            wire.requests().forEach(m -> assertTrue(!m.isClear(), "a request in clear"));
        }
    }

    @Test
    void answersInClearAreNotTakenWhereAllIsEncrypted() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        AtomicInteger forged = new AtomicInteger();
        AtomicBoolean forging = new AtomicBoolean();
        wire.intercept(m -> {
            if (m.toServer()) {
                requests.incrementAndGet();
                return m.bytes();
            }
            if (!forging.getAndSet(false)) {
                return m.bytes();
            }
            forged.incrementAndGet();
            // An OPEN that found a file of 77 bytes, under the right number: requests are counted.
            ByteBuffer answer = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
            answer.putInt(0, 0x424D53FE).putShort(4, (short) 64).putShort(12, (short) Wire.CREATE);
            answer.putShort(14, (short) 1).putInt(16, 1).putLong(24, requests.get() - 1);
            return answer.putLong(64 + 48, 77).array();
        });
        try (CifsStorage storage = open("encryption=true", "path=")) {
            forging.set(true);
            // Found out, and asked again over another connection.
            assertEquals(Optional.empty(), storage.stat("object"));
            assertEquals(1, forged.get());
        }
    }

    @Test
    void somebodyInBetweenCannotLowerTheDialect() throws Exception {
        wire.intercept(m -> {
            if (m.isRequest(0)) {
                // Overwrites the newest dialect offered, 3.1.1, with the oldest.
                ByteBuffer request = ByteBuffer.wrap(m.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                int last = 64 + 36 + 2 * (request.getShort(66) - 1);
                assertEquals(0x0311, request.getShort(last));
                request.putShort(last, (short) 0x0210);
            }
            return m.bytes();
        });
        DoppelException e = fails(StorageError.UNREACHABLE, this::open);
        assertTrue(e.what().contains("what was agreed on"), e::what);
    }

    @Test
    void aServerThatFallsSilentIsGivenUp() throws Exception {
        try (CifsStorage storage = open(new SmbLimits(2_000, 2_000))) {
            put(storage, "object", bytes(10, 14));
            wire.intercept(m -> new byte[0]);
            fails(StorageError.UNREACHABLE, () -> storage.stat("object"));
            fails(StorageError.UNREACHABLE, () -> put(storage, "new", bytes(10, 15)));
            wire.cut();
            wire.intercept(Wire.Message::bytes);
            assertArrayEquals(bytes(10, 14), get(storage, "object"));
        }
    }

    @Test
    void closingBreaksOffWhatWaits() throws Exception {
        CifsStorage storage = open();
        put(storage, "object", bytes(10, 16));
        CountDownLatch waiting = new CountDownLatch(1);
        wire.intercept(m -> {
            if (m.isRequest(Wire.READ)) {
                waiting.countDown();
                return new byte[0];
            }
            return m.bytes();
        });
        AtomicBoolean ended = new AtomicBoolean();
        Thread reader = new Thread(() -> {
            fails(StorageError.UNREACHABLE, () -> storage.read("object", 0, new byte[10], 0, 10));
            ended.set(true);
        });
        reader.start();
        assertTrue(waiting.await(30, TimeUnit.SECONDS));
        storage.close();
        reader.join(30_000);
        assertTrue(ended.get(), "still waiting, or ended otherwise");
        assertEquals(
                0,
                Thread.getAllStackTraces().keySet().stream()
                        .filter(t -> t.getName().startsWith("smb-"))
                        .count());
    }

    @Test
    void closingBreaksOffACommit() throws Exception {
        CifsStorage storage = open();
        CountDownLatch waiting = new CountDownLatch(1);
        ObjectWriter writer = storage.put("object");
        writer.write(new byte[10], 0, 10);
        wire.intercept(m -> {
            if (m.isRequest(Wire.FLUSH)) {
                waiting.countDown();
                return new byte[0];
            }
            return m.bytes();
        });
        Thread committing = new Thread(() -> fails(StorageError.UNREACHABLE, writer::commit));
        committing.start();
        assertTrue(waiting.await(30, TimeUnit.SECONDS));
        storage.close();
        committing.join(30_000);
        assertTrue(!committing.isAlive());
        wire.intercept(Wire.Message::bytes);
        try (CifsStorage again = nas.open()) {
            List<ObjectInfo> told = new java.util.ArrayList<>();
            again.list("", told::add);
            assertEquals(List.of(), told);
        }
    }

    @Test
    void signingIsUpToTheSetting() throws Exception {
        for (boolean signing : new boolean[] {true, false}) {
            try (CifsStorage storage = open("signing=" + signing)) {
                wire.record();
                storage.stat("absent");
                for (Wire.Message request : wire.requests()) {
                    int flags = ByteBuffer.wrap(request.bytes())
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getInt(16);
                    assertEquals(signing, (flags & 8) != 0);
                }
            }
        }
    }

    @Test
    void aServerThatWantsSignaturesGetsThem() throws Exception {
        nas.close();
        try (Samba samba =
                        Nas.builder(folder.resolve("strict")).mandatorySigning().start();
                CifsStorage storage = Nas.of(folder.resolve("strict"), samba).open("signing=false", "path=")) {
            put(storage, "object", bytes(100_000, 17));
            assertArrayEquals(bytes(100_000, 17), get(storage, "object"));
        }
    }
}
