package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SambaTest {
    private static final String STRONG = "Strong-1";
    private static final String WEAK = "Weak-1";

    @TempDir
    Path folder;

    private Samba.Builder builder(String name) {
        Path root = folder.resolve(name);
        return Samba.in(root.resolve("smbd"))
                .share(SambaShare.of("store", root.resolve("store")).readableFor("weak"))
                .share(SambaShare.of("own", root.resolve("own")).onlyFor("vault"))
                .share(SambaShare.of("fixed", root.resolve("store")).readOnly())
                .share(SambaShare.of("secret", root.resolve("store")).encrypted())
                .user("vault", STRONG)
                .user("weak", WEAK);
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    @Test
    void aClientPutsAndGets() throws Exception {
        byte[] content = new byte[300_000];
        new java.util.Random(1).nextBytes(content);
        Path source = file("source", content);
        String accounts = Files.readString(Path.of("/etc/passwd"));
        try (Samba samba = builder("one").mandatorySigning().start()) {
            samba.smbclient("store", "vault", STRONG, "put " + source + " x");
            assertArrayEquals(content, Files.readAllBytes(folder.resolve("one/store/x")));
            samba.smbclient("secret", "vault", STRONG, "get x " + folder.resolve("back"));
            assertArrayEquals(content, Files.readAllBytes(folder.resolve("back")));
        }
        assertEquals(accounts, Files.readString(Path.of("/etc/passwd")));
    }

    @Test
    void rightsAreWhatTheTestSaid() throws Exception {
        Path source = file("source", new byte[] {1});
        String put = "put " + source + " x";
        try (Samba samba = builder("one").start()) {
            samba.smbclient("store", "vault", STRONG, put);
            samba.smbclient("store", "weak", WEAK, "get x " + folder.resolve("back"));
            assertRefused("ACCESS_DENIED", samba, "store", "weak", WEAK, put);
            assertRefused("ACCESS_DENIED", samba, "own", "weak", WEAK, "ls");
            assertRefused("ACCESS_DENIED", samba, "fixed", "vault", STRONG, put);
            assertRefused("LOGON_FAILURE", samba, "store", "vault", WEAK, "ls");
            assertRefused("BAD_NETWORK_NAME", samba, "missing", "vault", STRONG, "ls");
        }
    }

    @Test
    void accountsChangeWhileItRuns() throws Exception {
        try (Samba samba = builder("one").start()) {
            samba.setPassword("vault", "Another-1");
            samba.smbclient("store", "vault", "Another-1", "ls");
            assertRefused("LOGON_FAILURE", samba, "store", "vault", STRONG, "ls");
            samba.setEnabled("vault", false);
            assertRefused("ACCOUNT_DISABLED", samba, "store", "vault", "Another-1", "ls");
            samba.setEnabled("vault", true);
            samba.pdbedit("vault", "--kickoff-time=1");
            assertRefused("ACCOUNT_EXPIRED", samba, "store", "vault", "Another-1", "ls");
        }
    }

    @Test
    void dialectsAreLimited() throws Exception {
        try (Samba samba = builder("one").protocols("SMB3_11", "SMB3_11").start()) {
            samba.smbclient("store", "vault", STRONG, "ls");
            Files.writeString(folder.resolve("old"), "[global]\nclient max protocol = SMB3_00\n");
            Process client = new ProcessBuilder(
                            "smbclient",
                            "-s",
                            folder.resolve("old").toString(),
                            "-p",
                            samba.port() + "",
                            "-N",
                            "//127.0.0.1/store")
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(client.getInputStream().readAllBytes());
            assertNotEquals(0, client.waitFor());
            assertTrue(printed.contains("NOT_SUPPORTED"), printed);
        }
    }

    @Test
    void killedWithItsClientsAndStartedAgainOnItsPort() throws Exception {
        try (Samba samba = builder("one").start();
                Samba other = builder("two").start()) {
            samba.smbclient("store", "vault", STRONG, "put " + file("source", new byte[] {1}) + " x");
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), samba.port())) {
                samba.kill();
                assertFalse(isAlive(client));
            }
            assertThrows(
                    ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), samba.port()).close());
            other.smbclient("store", "vault", STRONG, "ls");
            samba.start();
            samba.smbclient("store", "vault", STRONG, "get x " + folder.resolve("back"));
            samba.stop();
            samba.start();
            samba.smbclient("store", "vault", STRONG, "ls");
            assertThrows(IllegalStateException.class, samba::start);
        }
    }

    private static boolean isAlive(Socket client) throws IOException {
        client.setSoTimeout(30_000);
        try {
            return client.getInputStream().read() >= 0;
        } catch (java.net.SocketException reset) {
            return false;
        }
    }

    private static void assertRefused(
            String status, Samba samba, String share, String user, String password, String commands) {
        IOException refused = assertThrows(IOException.class, () -> samba.smbclient(share, user, password, commands));
        assertTrue(refused.getMessage().contains("NT_STATUS_" + status), refused.getMessage());
    }
}
