package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One running server: its console and the commands that bin/doppel sends to it. */
class ConsoleTest {
    @TempDir
    static Path folder;

    private static Server server;
    private static Outcome firstStart;

    @BeforeAll
    static void start() throws Exception {
        server = Server.unpack(folder);
        firstStart = server.doppel("start").mustSucceed();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void everyBundleIsActive() throws Exception {
        List<String> rows = server.doppel("bundle:list -t 0 --no-format")
                .mustSucceed()
                .out()
                .lines()
                .toList();
        assertTrue(rows.size() > 50, () -> "Too few bundles: " + rows);
        List<String> asleep = rows.stream()
                .filter(row -> row.contains("\t"))
                .filter(row -> !row.contains("Active") && !row.contains("Hosts:"))
                .toList();
        assertEquals(List.of(), asleep);
    }

    @Test
    void listensOnTheLoopbackAddressOnly() throws Exception {
        assertEquals(List.of(server.port()), Listeners.ports(server.pid()));
        assertEquals(List.of(), Listeners.reachableFromOutside(server.pid()));
    }

    @Test
    void thePasswordOfTheFirstStartOpensTheConsoleAndAnotherDoesNot() throws Exception {
        String password =
                Files.readString(server.state().resolve("admin-password")).trim();
        assertTrue(firstStart.out().contains("admin-password"), firstStart.out());
        assertFalse(firstStart.out().contains(password), "a script's log would keep the password");
        assertTrue(accepts(password));
        assertFalse(accepts("x" + password));
        assertFalse(accepts("admin"));
        assertFalse(accepts(""));
    }

    @Test
    void thePasswordIsStoredHashedAndNeverLogged() throws Exception {
        Path state = server.state();
        String password = Files.readString(state.resolve("admin-password")).trim();
        String users = Files.readString(state.resolve("etc/users.properties"));
        assertFalse(users.contains(password), users);
        assertTrue(users.contains("{CRYPT}"), users);
        assertFalse(server.log().contains(password));
    }

    @Test
    void secretsAreReadableByTheirOwnerOnly() {
        Path state = server.state();
        assertAll(List.of("admin-password", "client/id_ecdsa", "etc/host.key", "etc/users.properties").stream()
                .map(name -> () -> assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve(name))),
                        name)));
    }

    @Test
    void aCommandPrintsItsOutputAndNothingElse() throws Exception {
        Outcome outcome = server.doppel("shell:echo 'two  spaces' ünï");
        assertEquals(new Outcome(0, "two  spaces ünï\n", ""), outcome);
    }

    @Test
    void bothStreamsKeepTheirOrderWhenTheyGoToOnePlace() throws Exception {
        for (int i = 0; i < 5; i++) {
            Path place = folder.resolve("vault " + i);
            Process command = server.builder("doppel:vault-add", "local", "--name", "v" + i, "--set", "path=" + place)
                    .redirectErrorStream(true)
                    .start();
            command.getOutputStream().close();
            String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, command.waitFor(), said);
            List<String> lines = said.lines().toList();
            assertEquals(2, lines.size(), said);
            assertEquals("Vault 'v" + i + "' was made.", lines.get(0));
            assertTrue(lines.get(1).startsWith("Reminder: "), said);
        }
    }

    @Test
    void leavingTheShellLeavesTheTerminalAsItWas() throws Exception {
        ProcessBuilder shell = server.builder("shell");
        String steps = "before=$(stty -g); '" + shell.command().get(0)
                + "' shell; echo \" status $?\"; [ \"$before\" = \"$(stty -g)\" ] && echo as before";
        shell.command(List.of("script", "-qec", steps, "/dev/null"));
        shell.environment().put("TERM", "xterm");
        Process process = shell.redirectErrorStream(true).start();
        // what is typed before the prompt is there would be echoed into the greeting
        String shown = until(process.getInputStream(), "@doppel()");
        process.getOutputStream().write("shell:echo kept\nlogout\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        shown += new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), shown);
        assertTrue(shown.contains("'help doppel' lists the commands"), shown);
        assertTrue(shown.endsWith(" status 0\r\nas before\r\n"), shown);
        // what was typed is the server's, not the distribution's
        Path history = server.state().resolve("data/shell.history");
        assertTrue(Files.readString(history).contains("shell:echo kept"), history::toString);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history)));
        assertFalse(Files.exists(server.distribution().resolve(".karaf")));
    }

    /** What comes up to and with a text; everything if it never comes. */
    private static String until(InputStream in, String wanted) throws IOException {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        int b = in.read();
        while (b >= 0) {
            seen.write(b);
            if (seen.toString(StandardCharsets.UTF_8).endsWith(wanted)) {
                break;
            }
            b = in.read();
        }
        return seen.toString(StandardCharsets.UTF_8);
    }

    @Test
    void argumentsKeepTheirSpaces() throws Exception {
        assertEquals(
                "a  b it's $HOME \"q\" \\\n",
                server.doppel("shell:echo", "a  b", "it's", "$HOME", "\"q\"", "\\")
                        .mustSucceed()
                        .out());
    }

    @Test
    void aFailedCommandHasStatusOneAndNoEscapeSequences() throws Exception {
        Outcome outcome = server.doppel("bundle:start 4711");
        assertEquals(1, outcome.status());
        assertFalse(outcome.out().contains("\u001b"), outcome.out());
        assertEquals(1, server.doppel("no-such-command").status());
    }

    @Test
    void failedCommandsOfAPersonLeaveNoStackTraceInTheLog() throws Exception {
        server.doppel("bundle:start 4711");
        assertFalse(server.log().contains("\tat "), "a stack trace");
    }

    @Test
    void interruptEndsALongCommand() throws Exception {
        // Whoever was started in the background of a script has SIGINT ignored, and its children inherit that.
        Process command = server.through("env", "--default-signal=INT")
                .builder("shell:sleep 600000")
                .start();
        try {
            assertFalse(command.waitFor(2, TimeUnit.SECONDS), "it should still sleep");
            new ProcessBuilder("bash", "-c", "kill -INT " + command.pid())
                    .start()
                    .waitFor();
            assertTrue(command.waitFor(8, TimeUnit.SECONDS), "Ctrl-C did not end it");
            assertEquals(130, command.exitValue());
        } finally {
            command.destroyForcibly();
        }
    }

    @Test
    void anotherHostKeyThanThePinnedOneIsRefused() throws Exception {
        Path pinned = server.state().resolve("client/known_hosts");
        String genuine = Files.readString(pinned);
        Server other = Server.unpack(folder.resolve("other"));
        other.doppel("start").mustSucceed();
        try {
            Files.copy(other.state().resolve("client/known_hosts"), pinned, StandardCopyOption.REPLACE_EXISTING);
            Outcome outcome = server.doppel("shell:echo hello");
            assertEquals(69, outcome.status());
            assertEquals("", outcome.out());
            assertTrue(outcome.err().contains("HostKey"), outcome.err());
        } finally {
            Files.writeString(pinned, genuine);
            other.close();
        }
    }

    @Test
    void nothingIsFetchedFromMavenRepositories() throws Exception {
        Outcome outcome = server.doppel("bundle:install mvn:org.apache.commons/commons-lang3/3.12.0");
        assertEquals(1, outcome.status());
        assertEquals(
                "",
                server.doppel("config:property-get --pid org.ops4j.pax.url.mvn org.ops4j.pax.url.mvn.repositories")
                        .out()
                        .trim());
        assertFalse(Files.exists(folder.resolve("home/.m2")));
    }

    @Test
    void aCommandTakesLessThanASecond() throws Exception {
        server.doppel("shell:echo warm").mustSucceed();
        long began = System.nanoTime();
        server.doppel("shell:echo timed").mustSucceed();
        Duration taken = Duration.ofNanos(System.nanoTime() - began);
        assertTrue(taken.compareTo(Duration.ofSeconds(2)) < 0, "took " + taken);
    }

    private static boolean accepts(String password) throws JSchException, IOException {
        JSch jsch = new JSch();
        jsch.setKnownHosts(server.state().resolve("client/known_hosts").toString());
        Session session = jsch.getSession("admin", "127.0.0.1", server.port());
        session.setHostKeyAlias("doppel");
        session.setPassword(password.getBytes(StandardCharsets.UTF_8));
        session.setConfig("PreferredAuthentications", "password");
        try {
            session.connect(20_000);
            return true;
        } catch (JSchException e) {
            assertTrue(e.getMessage().contains("Auth"), e.toString());
            return false;
        } finally {
            session.disconnect();
        }
    }
}
