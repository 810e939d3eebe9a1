package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.FrameOutput;
import io.doppel.storage.offsite.wire.ModuleError;
import io.doppel.storage.offsite.wire.Refusal;
import io.doppel.tck.MemorySecrets;
import io.doppel.vault.Vault;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever stole the server with its key and token, and whoever has less, against a real module. */
class AttackTest {
    @TempDir
    Path folder;

    private Site site;
    private Map<String, String> settings;
    private EnrolmentCode code;

    @BeforeEach
    void open() throws Exception {
        site = new Site(Files.createDirectory(folder.resolve("site")));
        settings = site.add("client");
        code = EnrolmentCode.parse(site.secrets.get(new SecretRef(settings.get("code"))));
    }

    @AfterEach
    void close() throws Exception {
        site.close();
    }

    private TlsIdentity stolenKey() throws Exception {
        return Keys.of(site.secrets, code);
    }

    private void enrol() throws Exception {
        site.open(settings).close();
    }

    private Attacker stolen() throws Exception {
        Attacker attacker = dial(stolenKey());
        attacker.hello(code.token());
        attacker.await(Frame.WELCOME);
        return attacker;
    }

    private Attacker dial(TlsIdentity own) throws Exception {
        return Attacker.at(site.listener.port(), code.module(), own, Frame.PROTOCOL);
    }

    // ---- without the key

    @Test
    void aStrangerIsRefusedBeforeAnythingIsRead() throws Exception {
        enrol();
        try (Attacker stranger = dial(TlsIdentity.make("stranger"))) {
            assertThrows(IOException.class, () -> {
                stranger.hello(code.token());
                stranger.await(Frame.WELCOME);
            });
        }
        assertEquals(0, site.module.role().connections("client"));
        assertEquals(List.of(), site.module.alerts().list(), "its token was not even looked at");
        try (Storage fine = site.open(settings)) {
            Steps.put(fine, "a", "1");
        }
    }

    @Test
    void nobodyGetsInWithoutACertificateOrByOlderTls() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAll()}, null);
            try (Socket plain = Attacker.plain(site.listener.port());
                    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "x", 1, true)) {
                var parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {version});
                parameters.setApplicationProtocols(new String[] {Frame.PROTOCOL});
                socket.setSSLParameters(parameters);
                assertThrows(IOException.class, () -> {
                    socket.startHandshake();
                    FrameOutput out = new FrameOutput(socket.getOutputStream());
                    out.begin(Frame.HELLO, 34).u16(1).bytes(code.token()).end();
                    out.flush();
                    assertEquals(-1, socket.getInputStream().read());
                    throw new IOException("ended");
                });
            }
        }
        assertTrue(site.module.clients().get(0).certificate().isEmpty(), "the code is still unused");
    }

    @Test
    void anotherRoleIsNotServed() throws Exception {
        for (String protocol : List.of("h2", "doppel-offsite/2", "doppel-agent/1")) {
            assertThrows(
                    DoppelException.class,
                    () -> Attacker.at(site.listener.port(), code.module(), TlsIdentity.make("x"), protocol)
                            .close());
        }
    }

    @Test
    void anEnrolmentCodeWorksOnce() throws Exception {
        MemorySecrets thief = new MemorySecrets();
        Map<String, String> copied = new TreeMap<>(settings);
        copied.put("code", thief.put("code", code.text()).id());
        enrol();
        Steps.fails(ModuleError.NOT_KNOWN, () -> Site.open(copied, thief));
        site.add("another");
        // now that somebody else's enrolment is open the handshake goes through, and the token is refused
        Steps.fails(ModuleError.NOT_KNOWN, () -> Site.open(copied, thief));
        assertTrue(site.module.alerts().list().stream()
                .anyMatch(a -> a.kind() == AlertKind.TOKEN && a.client().equals("client")));
        Map<String, String> renewed = site.settings(site.module.renewClient("client", site.listener.fingerprint()));
        Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(settings));
        site.open(renewed).close();
    }

    @Test
    void anOldEnrolmentCodeIsVoid() throws Exception {
        site.run(Duration.ofHours(73));
        Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(settings));
    }

    @Test
    void guessingTokensEndsSoon() throws Exception {
        TlsIdentity guesser = TlsIdentity.make("guesser");
        int heard = 0;
        for (int i = 0; i < 60; i++) {
            byte[] token = new byte[Frame.TOKEN];
            new Random(i).nextBytes(token);
            try (Attacker attacker = dial(guesser)) {
                attacker.hello(token);
                if (attacker.error() == Refusal.DENIED.code()) {
                    heard++;
                }
            } catch (DoppelException | IOException e) {
                // closed unread
            }
        }
        assertTrue(heard <= 24 && heard >= 15, heard + " guesses were heard");
        assertTrue(site.module.alerts().list().stream().anyMatch(a -> a.kind() == AlertKind.TOKEN));
    }

    @Test
    void theClientRefusesAnotherModule() throws Exception {
        EnrolmentCode wrong = new EnrolmentCode(TlsIdentity.make("x").fingerprint(), code.token());
        Map<String, String> other = site.settings(wrong.text());
        Steps.fails(ModuleError.OTHER_MODULE, () -> site.open(other));
        assertTrue(site.module.clients().get(0).certificate().isEmpty(), "no token was sent");
    }

    // ---- with the key and the token

    @Test
    void whatIsNoFrameEndsTheConnectionAndNothingElse() throws Exception {
        enrol();
        byte[] attempt = new byte[16];
        List<Bad> bad = new ArrayList<>(List.of(
                a -> a.raw.writeInt(0),
                a -> a.raw.writeInt(-1),
                a -> a.raw.writeInt(Integer.MAX_VALUE),
                a -> a.raw.writeInt(Frame.MAX_FRAME + 1),
                a -> a.out.empty(0x77),
                a -> a.out.empty(Frame.HELLO),
                a -> a.out.empty(Frame.WELCOME),
                a -> a.out.empty(Frame.COMMIT),
                a -> a.out.empty(Frame.PUT),
                a -> a.out.begin(Frame.PUT, 50).bytes(attempt).u16(60_000).end(),
                a -> a.out.begin(Frame.STAT, 50).name("a").u8(1).end(),
                a -> a.out.begin(Frame.STAT, 50).u16(2).u8(0xc3).u8(0xa4).end(),
                a -> a.out.begin(Frame.READ, 50).u64(-1).u32(1).name("a").end(),
                a -> a.out.begin(Frame.READ, 50).u64(0).u32(-1).name("a").end(),
                a -> a.out.begin(Frame.READ, 50)
                        .u64(0)
                        .u32(Frame.MAX_READ + 1)
                        .name("a")
                        .end(),
                a -> put(a, attempt, "x", 5, 6),
                a -> put(a, attempt, "x", 5, -1),
                a -> {
                    a.out.begin(Frame.PUT, 50).bytes(attempt).name("x").end();
                    a.out.begin(Frame.STAT, 50).name("x").end();
                },
                a -> {
                    a.out.begin(Frame.PUT, 50).bytes(attempt).name("x").end();
                    a.out.empty(Frame.PUT_BYTES);
                }));
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            byte[] noise = new byte[4 + random.nextInt(300)];
            random.nextBytes(noise);
            noise[0] |= 0x40;
            bad.add(a -> a.raw.write(noise));
        }
        for (int i = 0; i < bad.size(); i++) {
            try (Attacker attacker = stolen()) {
                bad.get(i).run(attacker);
                attacker.out.flush();
                attacker.raw.flush();
                assertTrue(attacker.isOver(), "case " + i);
            }
        }
        try (Storage fine = site.open(settings)) {
            assertEquals(Set.of(), Steps.names(fine));
        }
    }

    private interface Bad {
        void run(Attacker attacker) throws IOException;
    }

    private static void put(Attacker a, byte[] attempt, String name, int bytes, long size) throws IOException {
        a.out.begin(Frame.PUT, 500).bytes(attempt).name(name).end();
        a.out.begin(Frame.PUT_BYTES, bytes).bytes(new byte[bytes]).end();
        a.out.begin(Frame.COMMIT, 8).u64(size).end();
        a.out.flush();
    }

    @Test
    void namesLeadNowhere() throws Exception {
        enrol();
        Set<Path> before = files();
        List<String> names = List.of(
                "../x", "..", "/etc/x", "a/../../x", "own/clients/x", "", "a//b", ".tmp/x", "A", "a\u0000b", "objects");
        try (Attacker attacker = stolen()) {
            int number = 0;
            for (String name : names) {
                byte[] attempt = new byte[16];
                attempt[0] = (byte) ++number;
                put(attacker, attempt, name, 3, 3);
                int answer = attacker.in.next();
                boolean allowed = name.startsWith("o");
                assertEquals(allowed ? Frame.OK : Frame.ERROR, answer, name);
                if (!allowed) {
                    assertEquals(Refusal.BAD_NAME.code(), attacker.in.u8(), name);
                }
            }
        }
        Set<Path> made = files();
        made.removeAll(before);
        for (Path one : made) {
            assertTrue(one.startsWith(folder.resolve("site/stores/client/objects")), one.toString());
        }
    }

    @Test
    void noRequestTakesANameThatIsNone() throws Exception {
        enrol();
        List<String> names = List.of(
                "../x",
                "..",
                ".",
                "/etc/x",
                "a/../../x",
                "a//b",
                "a/",
                ".tmp/x",
                "A",
                "a b",
                "a\\b",
                "a%2e%2e",
                "a\u0000b",
                "n".repeat(101),
                "n/".repeat(8) + "n",
                "n".repeat(65_535));
        try (Attacker attacker = stolen()) {
            for (String name : names) {
                List<Bad> requests = List.of(
                        a -> a.out.begin(Frame.STAT, 70_000).name(name).end(),
                        a -> a.out.begin(Frame.CONDEMN, 70_000).name(name).end(),
                        a -> a.out.begin(Frame.READ, 70_000)
                                .u64(0)
                                .u32(0)
                                .name(name)
                                .end(),
                        a -> a.out.begin(Frame.SETTLE, 70_000)
                                .bytes(new byte[16])
                                .name(name)
                                .end(),
                        a -> a.out.begin(Frame.LIST, 70_000).name(name).name("").end(),
                        a -> a.out.begin(Frame.LIST, 70_000).name("").name(name).end());
                for (int i = 0; i < requests.size(); i++) {
                    requests.get(i).run(attacker);
                    attacker.out.flush();
                    String request = "request " + i + " of " + name.substring(0, Math.min(20, name.length()));
                    assertEquals(Frame.ERROR, attacker.in.next(), request);
                    assertEquals(Refusal.BAD_NAME.code(), attacker.in.u8(), request);
                }
            }
        }
        assertEquals(0, site.module.store("client").figures().event());
    }

    private Set<Path> files() throws IOException {
        try (var all = Files.walk(folder.resolve("site"))) {
            return new TreeSet<>(all.filter(Files::isRegularFile)
                    .filter(f -> !f.toString().contains("/.tmp/"))
                    .toList());
        }
    }

    @Test
    void aFloodPushesNothingOutAndEndsAtTheQuota() throws Exception {
        Map<String, String> flooded = site.add("flooded", "", false, 4 << 20);
        try (Storage storage = site.open(flooded)) {
            byte[] precious = new byte[1 << 20];
            new Random(1).nextBytes(precious);
            Steps.put(storage, "data/precious", precious);
            long good = site.module.store("flooded").figures().event();
            storage.delete("data/precious");
            int stored = 0;
            for (int i = 0; i < 20; i++) {
                try {
                    Steps.put(storage, "flood/" + i, new byte[500_000]);
                    stored++;
                } catch (DoppelException e) {
                    assertTrue(e.is(StorageError.FULL), e.getMessage());
                }
            }
            assertEquals(6, stored);
            for (int i = 0; i < stored; i++) {
                storage.delete("flood/" + i);
            }
            Steps.fails(StorageError.FULL, () -> Steps.put(storage, "flood/again", new byte[500_000]));
            site.module.undo("flooded", good);
            site.module.lock("flooded", false);
            assertArrayEquals(precious, Steps.bytes(storage, "data/precious"));
        }
    }

    @Test
    void connectionsOfOneClientAreBounded() throws Exception {
        enrol();
        List<Attacker> many = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                many.add(stolen());
            }
            try (Attacker more = dial(stolenKey())) {
                more.hello(code.token());
                assertEquals(Refusal.BUSY.code(), more.error());
            }
        } finally {
            for (Attacker one : many) {
                one.close();
            }
        }
    }

    @Test
    void halfObjectsOfManyConnectionsGiveTheirRoomBack() throws Exception {
        Map<String, String> small = site.add("small", "", false, 4 << 20);
        site.open(small).close();
        EnrolmentCode other = EnrolmentCode.parse(site.secrets.get(new SecretRef(small.get("code"))));
        List<Attacker> many = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Attacker one =
                        Attacker.at(site.listener.port(), other.module(), Keys.of(site.secrets, other), Frame.PROTOCOL);
                many.add(one.hello(other.token()));
                byte[] attempt = new byte[16];
                attempt[0] = (byte) i;
                one.out.begin(Frame.PUT, 50).bytes(attempt).name("half/" + i).end();
                one.out.begin(Frame.PUT_BYTES, 200_000).bytes(new byte[200_000]).end();
                // and half a frame
                one.out.flush();
                one.raw.writeInt(100_000);
                one.raw.write(Frame.PUT_BYTES);
                one.raw.flush();
            }
            Steps.until(() -> site.module.store("small").used() == 4_000_000);
            try (Storage honest = site.open(small)) {
                Steps.fails(StorageError.FULL, () -> Steps.put(honest, "data/a", new byte[300_000]));
                for (Attacker one : many) {
                    one.socket.close();
                }
                Steps.until(() -> site.module.store("small").used() == 0);
                Steps.put(honest, "data/a", new byte[4 << 20]);
                assertEquals(Set.of("data/a"), Steps.names(honest));
            }
        } finally {
            for (Attacker one : many) {
                one.close();
            }
        }
    }

    @Test
    void whoTakesNoAnswersIsEndedAndHoldsUpNobody() throws Exception {
        try (Storage fine = site.open(settings)) {
            byte[] large = new byte[8 << 20];
            Steps.put(fine, "data/large", large);
            try (Attacker greedy = stolen()) {
                for (int i = 0; i < 8; i++) {
                    greedy.out
                            .begin(Frame.READ, 50)
                            .u64(0)
                            .u32(large.length)
                            .name("data/large")
                            .end();
                }
                greedy.out.flush();
                fine.stat("data/large");
                Steps.until(() -> {
                    site.run(Duration.ofMinutes(3));
                    // the honest one takes its answers, however long the clock says it took
                    assertArrayEquals(large, Steps.bytes(fine, "data/large"));
                    return site.module.role().connections("client") == 1;
                });
            }
        }
    }

    @Test
    void aPurgeOfAVaultFreesItsBytesAfterTheWindow() throws Exception {
        try (Storage storage = site.open(settings);
                Vault vault = VaultRig.create(storage, folder.resolve("state"))) {
            String old = VaultRig.store(vault, VaultRig.content(1));
            byte[] kept = VaultRig.content(2);
            String stays = VaultRig.store(vault, kept);
            long before = site.module.store("client").used();
            vault.remove(List.of(old));
            VaultRig.collect(vault);
            assertTrue(site.module.store("client").used() >= before, "nothing is freed at once");
            site.run(Site.WINDOW.minusHours(1));
            assertTrue(site.module.store("client").used() >= before, "nothing is freed within the window");
            site.run(Duration.ofHours(2));
            long after = site.module.store("client").used();
            assertTrue(after < before - VaultRig.SIZE * 9L / 10, before + " bytes became " + after);
            assertArrayEquals(kept, VaultRig.restore(vault, stays));
        }
    }
}
