package io.doppel.storage.cifs.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.settings.Settings;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.storage.cifs.internal.smb.SmbLimits;
import io.doppel.tck.Samba;
import io.doppel.tck.SambaShare;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Everything that can be wrong with settings, accounts, shares and servers: its code, and no password in what is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpeningTest {
    private Nas nas;
    private Path folder;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        nas = Nas.of(
                folder,
                Nas.builder(folder)
                        .share(SambaShare.of("fixed", folder.resolve("store")).readOnly())
                        .share(SambaShare.of("secret", folder.resolve("store")).encrypted())
                        .share(SambaShare.of("others", folder.resolve("store")).onlyFor(Nas.WEAK))
                        .user("changing", "Secret-Before-3")
                        .start());
        Files.createDirectory(nas.store().resolve("vaults"));
    }

    @AfterAll
    void stop() throws Exception {
        nas.close();
    }

    private void refused(ErrorCode code, String... settings) {
        refused(nas, code, settings);
    }

    private static void refused(Nas nas, ErrorCode code, String... settings) {
        DoppelException e =
                assertThrows(DoppelException.class, () -> nas.open(settings).close());
        assertTrue(e.is(code), e::getMessage);
        StringWriter told = new StringWriter();
        e.printStackTrace(new PrintWriter(told));
        for (String secret : new String[] {Nas.PASSWORD, Nas.WEAK_PASSWORD, "Secret-"}) {
            assertFalse(told.toString().contains(secret), told::toString);
        }
    }

    @Test
    void wrongUserAndPassword() {
        refused(CifsError.LOGIN, "password=Secret-Wrong");
        refused(CifsError.LOGIN, "user=nobody-of-that-name");
        refused(CifsError.LOGIN, "user=nobody-of-that-name", "password=Secret-Wrong", "domain=ELSEWHERE");
    }

    @Test
    void accountsThatMayNotLogIn() throws Exception {
        String[] settings = {"user=changing", "password=Secret-Before-3"};
        nas.open(settings).close();
        nas.samba().setEnabled("changing", false);
        refused(CifsError.ACCOUNT, settings);
        nas.samba().setEnabled("changing", true);
        nas.samba().pdbedit("changing", "--kickoff-time=1");
        refused(CifsError.ACCOUNT, settings);
    }

    @Test
    void wrongShareAndFolder() {
        refused(CifsError.NO_SHARE, "share=missing");
        refused(StorageError.UNREACHABLE, "path=missing/vault");
        refused(StorageError.UNREACHABLE, "path=vaults/missing", "read-only=true");
        refused(CommonError.BAD_SETTING, "share=store/vaults");
        refused(CommonError.BAD_SETTING, "path=vaults/../..");
        refused(CommonError.BAD_SETTING, "path=va*lts");
        refused(StorageError.DENIED, "share=others");
    }

    @Test
    void readOnlyShares() throws Exception {
        try (CifsStorage storage = nas.open("path=vaults/readable")) {
            WireTest.put(storage, "object", WireTest.bytes(10, 1));
        }
        refused(StorageError.READ_ONLY, "share=fixed", "path=vaults/readable");
        refused(StorageError.READ_ONLY, "user=" + Nas.WEAK, "password=" + Nas.WEAK_PASSWORD, "path=vaults/readable");
        try (CifsStorage storage = nas.open("share=fixed", "path=vaults/readable", "read-only=true")) {
            assertArrayEquals(WireTest.bytes(10, 1), WireTest.get(storage, "object"));
            WireTest.fails(StorageError.READ_ONLY, () -> storage.delete("object"));
        }
    }

    @Test
    void dialectsBelowTheMinimum() throws Exception {
        refused(CifsError.DIALECT, Nas.builder(folder.resolve("a")).protocols("SMB2_10", "SMB2_10"), "min-dialect=3.0");
        refused(
                CifsError.DIALECT,
                Nas.builder(folder.resolve("b")).protocols("SMB3_00", "SMB3_02"),
                "min-dialect=3.1.1");
        // Nothing below 2.1 is spoken, whatever the settings.
        refused(CifsError.DIALECT, Nas.builder(folder.resolve("c")).protocols("SMB2_02", "SMB2_02"));
        // A server of SMB 1 says nothing, it leaves.
        refused(StorageError.UNREACHABLE, Nas.builder(folder.resolve("d")).protocols("NT1", "NT1"));
    }

    private void refused(ErrorCode code, Samba.Builder builder, String... settings) throws Exception {
        try (Samba samba = builder.start()) {
            refused(Nas.of(folder, samba), code, settings);
        }
    }

    @Test
    void encryptionThatTheServerDoesNotOffer() throws Exception {
        refused(
                CifsError.ENCRYPTION,
                Nas.builder(folder.resolve("e")).protocols("SMB2_10", "SMB2_10"),
                "encryption=true");
        refused(CifsError.ENCRYPTION, Nas.builder(folder.resolve("f")).global("smb encrypt", "off"), "encryption=true");
    }

    @Test
    void encryptionThatTheServerWants() throws Exception {
        try (CifsStorage storage = nas.open("share=secret", "path=vaults/secret")) {
            WireTest.put(storage, "object", WireTest.bytes(70_000, 2));
            assertArrayEquals(WireTest.bytes(70_000, 2), WireTest.get(storage, "object"));
        }
        try (Samba samba = Nas.builder(folder.resolve("g"))
                        .global("smb encrypt", "required")
                        .start();
                CifsStorage storage = Nas.of(folder, samba).open("path=")) {
            WireTest.put(storage, "object", WireTest.bytes(70_000, 3));
            assertArrayEquals(WireTest.bytes(70_000, 3), WireTest.get(storage, "object"));
        }
    }

    @Test
    void guestsAreNotWhatWeWantToBe() throws Exception {
        refused(
                CifsError.GUEST,
                Nas.builder(folder.resolve("h")).global("map to guest", "bad user"),
                "user=nobody-of-that-name");
    }

    @Test
    void serversThatAreNotThereOrSayNothing() throws Exception {
        int port;
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = silent.getLocalPort();
            DoppelException e = assertThrows(
                    DoppelException.class,
                    () -> nas.open(new SmbLimits(1_000, 1_000), "port=" + silent.getLocalPort())
                            .close());
            assertTrue(e.is(StorageError.UNREACHABLE), e::getMessage);
        }
        refused(StorageError.UNREACHABLE, "port=" + port);
        refused(StorageError.UNREACHABLE, "server=no-such-host.invalid");
    }

    @Test
    void somethingElseThatAnswers() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread talking = new Thread(() -> {
                while (true) {
                    try (var client = other.accept()) {
                        client.getOutputStream().write("SSH-2.0-OpenSSH_9.2p1 Debian\r\n".getBytes());
                        client.getInputStream().read(new byte[1000]);
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
            talking.start();
            refused(StorageError.UNREACHABLE, "port=" + other.getLocalPort());
        }
    }

    @Test
    void aChangedPasswordStopsNothingThatIsConnectedAndIsToldAfterThat() throws Exception {
        try (Nas own = Nas.start(folder.resolve("i"))) {
            CifsStorage storage = own.open("path=");
            WireTest.put(storage, "object", WireTest.bytes(10, 4));
            own.samba().setPassword(Nas.USER, "Secret-After-4");
            assertArrayEquals(WireTest.bytes(10, 4), WireTest.get(storage, "object"));
            own.samba().kill();
            own.samba().start();
            DoppelException e = WireTest.fails(CifsError.LOGIN, () -> WireTest.get(storage, "object"));
            assertTrue(e.what().contains("wrong user name or password"), e::what);
            own.samba().setPassword(Nas.USER, Nas.PASSWORD);
            assertArrayEquals(WireTest.bytes(10, 4), WireTest.get(storage, "object"));
            storage.close();
        }
    }

    @Test
    void theSecondAccountIsGivenOut() throws Exception {
        try (CifsStorage storage =
                nas.open("path=vaults/granted", "grant-user=" + Nas.WEAK, "grant-password=" + Nas.WEAK_PASSWORD)) {
            WireTest.put(storage, "object", WireTest.bytes(10, 5));
            assertTrue(storage.capabilities().grants());
            int kept = nas.secrets().size();
            StorageGrant grant = storage.grant(new GrantScope("", true, false), Duration.ofMinutes(5))
                    .orElseThrow();
            // A secret of its own, because the core deletes it.
            assertEquals(kept + 1, nas.secrets().size());
            assertFalse(grant.settings().containsValue(Nas.USER));
            assertFalse(grant.toString().contains(Nas.WEAK_PASSWORD));
            CifsStorageType type = new CifsStorageType();
            assertEquals(type.name(), grant.type());
            Settings settings = type.settings().parse(grant.settings());
            try (Storage granted = type.open(settings, nas.secrets())) {
                byte[] back = new byte[10];
                granted.read("object", 0, back, 0, 10);
                assertArrayEquals(WireTest.bytes(10, 5), back);
                WireTest.fails(StorageError.READ_ONLY, () -> granted.put("new"));
                assertEquals(Optional.empty(), granted.grant(new GrantScope("", true, false), Duration.ofMinutes(1)));
            }
            for (var secret : grant.secrets().values()) {
                nas.secrets().delete(secret);
            }
            assertEquals(kept, nas.secrets().size());
        }
    }

    @Test
    void aSecondAccountNeedsItsPassword() {
        refused(CommonError.MISSING_SETTING, "grant-user=" + Nas.WEAK);
    }
}
