package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.vault.VaultRequest;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.CifsError;
import io.doppel.tck.Samba;
import io.doppel.tck.SambaShare;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * People add a vault and something that they say is wrong: each mistake is told by its own code, in words that name the thing, with advice; and
 * nothing is left of it, neither here nor on the share.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongInputsTest {
    private static final String READ_ONLY = "archive";
    private static final String FOR_READERS = "looking";
    private static final String SEALED = "sealed";

    private static final List<String> KEPT = List.of(
            "nas",
            READ_ONLY,
            FOR_READERS,
            SEALED,
            "ancient/share",
            "oldest/share",
            "older/share",
            "state/vaults",
            "state/secrets");

    private Rig rig;
    /** Speaks nothing newer than SMB 1. */
    private Samba ancient;

    /** Speaks nothing newer than SMB 2.02. */
    private Samba oldest;

    /** Speaks nothing newer than SMB 2.1. */
    private Samba older;

    /** Speaks no SMB at all. */
    private ServerSocket nobody;

    /**
     * A mistake.
     *
     * @param settings what is said in place of what is right
     * @param says what the message must name
     */
    record Mistake(String name, Function<WrongInputsTest, Map<String, String>> settings, ErrorCode code, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Mistake mistake(String name, Map<String, String> settings, ErrorCode code, String says) {
        return new Mistake(name, t -> settings, code, says);
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(
                mistake(
                        "a server that no name server knows",
                        Map.of("server", "nas.invalid"),
                        StorageError.UNREACHABLE,
                        "nas.invalid"),
                new Mistake(
                        "a port on which nobody listens",
                        t -> Map.of("port", Integer.toString(t.closedPort())),
                        StorageError.UNREACHABLE,
                        Rig.ADDRESS),
                new Mistake(
                        "a port of something else",
                        t -> Map.of("port", Integer.toString(t.nobody.getLocalPort())),
                        StorageError.UNREACHABLE,
                        "does not speak SMB"),
                mistake("a port that cannot be", Map.of("port", "70000"), CommonError.BAD_SETTING, "port"),
                mistake("another share", Map.of("share", "backup"), CifsError.NO_SHARE, "backup"),
                mistake("a share that is none for files", Map.of("share", "IPC$"), CifsError.NO_SHARE, "IPC$"),
                mistake("a share with a path", Map.of("share", "backups/v"), CommonError.BAD_SETTING, "share"),
                mistake("a folder in one that is not there", Map.of("path", "a/b/c"), StorageError.UNREACHABLE, "a\\b"),
                mistake("a path that leads out", Map.of("path", "../v"), CommonError.BAD_SETTING, "../v"),
                mistake("a path with what no path has", Map.of("path", "a:b"), CommonError.BAD_SETTING, "a:b"),
                mistake("another user", Map.of("user", "keepr"), CifsError.LOGIN, "keepr"),
                mistake("another password", Map.of("password", "secret of nobody"), CifsError.LOGIN, Rig.USER),
                mistake("an account that is off", Map.of("user", "former"), CifsError.ACCOUNT, "former"),
                mistake("a dialect that does not exist", Map.of("min-dialect", "4.0"), CommonError.BAD_SETTING, "4.0"),
                new Mistake(
                        "a server that speaks SMB 1 only",
                        t -> Map.of("port", Integer.toString(t.ancient.port())),
                        StorageError.UNREACHABLE,
                        "SMB 1"),
                new Mistake(
                        "a server that speaks nothing newer than SMB 2.02",
                        t -> Map.of("port", Integer.toString(t.oldest.port())),
                        CifsError.DIALECT,
                        Rig.ADDRESS),
                new Mistake(
                        "a server that is older than is wanted",
                        t -> Map.of("port", Integer.toString(t.older.port()), "min-dialect", "3.0"),
                        CifsError.DIALECT,
                        Rig.ADDRESS),
                new Mistake(
                        "encryption by a server that cannot",
                        t -> Map.of("port", Integer.toString(t.older.port()), "encryption", "true"),
                        CifsError.ENCRYPTION,
                        Rig.ADDRESS),
                mistake("a share for reading", Map.of("share", READ_ONLY), StorageError.READ_ONLY, READ_ONLY),
                mistake(
                        "a share that others may write to",
                        Map.of("share", FOR_READERS),
                        StorageError.READ_ONLY,
                        FOR_READERS),
                mistake("no user", Map.of("user", ""), CommonError.MISSING_SETTING, "user"),
                mistake("no password", Map.of("password", ""), CommonError.MISSING_SETTING, "password"),
                mistake("a setting that is none", Map.of("shares", "backups"), CommonError.UNKNOWN_SETTING, "shares"));
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path nas = folder.resolve("nas");
        rig = new Rig(
                folder,
                1,
                nas,
                smbd -> smbd.user("former", Rig.PASSWORD)
                        .share(SambaShare.of(READ_ONLY, folder.resolve(READ_ONLY))
                                .readOnly())
                        .share(SambaShare.of(FOR_READERS, folder.resolve(FOR_READERS))
                                .readableFor(Rig.USER))
                        .share(SambaShare.of(SEALED, folder.resolve(SEALED)).encrypted()));
        rig.samba.setEnabled("former", false);
        ancient = samba(folder.resolve("ancient"), "NT1");
        oldest = samba(folder.resolve("oldest"), "SMB2_02");
        older = samba(folder.resolve("older"), "SMB2_10");
        nobody = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        // What a server keeps from its first vault on is there before the first mistake.
        rig.addVault();
        rig.server.core.vaults().removeVault(rig.vault);
        rig.vault = "w";
        Thread answers = new Thread(this::answerNonsense, "no SMB");
        answers.setDaemon(true);
        answers.start();
    }

    private static Samba samba(Path folder, String newest) throws Exception {
        return Samba.in(folder)
                .protocols("NT1", newest)
                .share(SambaShare.of(Rig.SHARE, folder.resolve("share")))
                .user(Rig.USER, Rig.PASSWORD)
                .start();
    }

    private void answerNonsense() {
        while (!nobody.isClosed()) {
            try (var client = nobody.accept()) {
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
            } catch (IOException e) {
                // The client has gone, or the test has ended.
                continue;
            }
        }
    }

    private int closedPort() {
        try (ServerSocket was = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return was.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterAll
    void stop() throws Exception {
        nobody.close();
        older.close();
        oldest.close();
        ancient.close();
        rig.close();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isToldAndLeavesNothing(Mistake mistake) throws Exception {
        List<String> before = files();
        Map<String, String> settings =
                new HashMap<>(rig.settings(mistake.settings().apply(this)));
        settings.values().removeIf(String::isEmpty);
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> rig.server.addVault(rig.vault, Rig.TYPE, settings, VaultRequest.Access.CREATE));
        System.out.println(mistake + ": " + e.getMessage());
        assertEquals(mistake.code(), e.code(), e::getMessage);
        assertTrue(e.what().contains(mistake.says()), e::getMessage);
        assertFalse(mistake.code().advice().isEmpty());
        for (Throwable t = e; t != null; t = t.getCause()) {
            assertFalse(String.valueOf(t.getMessage()).contains("secret"), "a password is told");
        }
        assertEquals(List.of(), rig.server.core.vaults().vaults());
        assertEquals(before, files());
    }

    /** After all mistakes, the same name can be used. A share that wants encryption gets it unasked. */
    @Test
    void whatIsRightIsTaken() throws Exception {
        rig.server.addVault("right", Rig.TYPE, rig.settings(Map.of()), VaultRequest.Access.CREATE);
        rig.server.addVault("sealed", Rig.TYPE, rig.settings(Map.of("share", SEALED)), VaultRequest.Access.CREATE);
        rig.server.core.vaults().removeVault("right");
        rig.server.core.vaults().removeVault("sealed");
    }

    /** What lies on the shares, and what our server keeps of vaults and secrets; with the sizes, as secrets are in one file. */
    private List<String> files() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(rig.folder)) {
            for (Path path : all.sorted().toList()) {
                if (KEPT.stream().anyMatch(kept -> path.startsWith(rig.folder.resolve(kept)))) {
                    found.add(path + (Files.isDirectory(path) ? "" : " " + Files.size(path)));
                }
            }
        }
        return found;
    }
}
