package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting and stopping: what stays, what goes, and what a start refuses. */
class LifeCycleTest {
    @TempDir
    Path folder;

    private Server server;

    @BeforeEach
    void unpack() throws Exception {
        server = Server.unpack(folder);
    }

    @Test
    void stopLeavesNoProcessAndTheNextStartKeepsPasswordAndKeys() throws Exception {
        server.doppel("start").mustSucceed();
        long pid = server.pid();
        String secrets = secrets();
        assertEquals(0, server.doppel("status").status());
        server.doppel("stop").mustSucceed();
        assertFalse(runs(pid), "process " + pid + " is still there");
        assertEquals(3, server.doppel("status").status());
        assertEquals(69, server.doppel("shell:echo hello").status());

        String again = server.doppel("start").mustSucceed().out();
        assertEquals(secrets, secrets());
        assertFalse(again.contains("password"), again);
        server.close();
    }

    @Test
    void asAnOrdinaryUserOnAReadOnlyDistribution() throws Exception {
        makeReadOnly(server.distribution());
        Server ordinary = server.asOrdinaryUser();
        Path notTheirs = Files.createDirectory(
                folder.resolve("private"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ProcessBuilder start = ordinary.builder("start").directory(notTheirs.toFile());
        Programs.run(start, folder.resolve("scratch"), Duration.ofMinutes(2)).mustSucceed();
        assertEquals(
                "hello\n", ordinary.doppel("shell:echo hello").mustSucceed().out());
        ordinary.close();
    }

    @Test
    void anUpdateReplacesUntouchedConfigurationAndKeepsWhatSomebodyEdited() throws Exception {
        server.doppel("start").mustSucceed();
        server.close();
        Path shipped = server.distribution().resolve("etc");
        Path own = server.state().resolve("etc");
        Files.writeString(own.resolve("org.ops4j.pax.logging.cfg"), "\n# edited by hand\n", StandardOpenOption.APPEND);
        for (String name : List.of("org.ops4j.pax.logging.cfg", "org.apache.karaf.log.cfg", "config.properties")) {
            Files.writeString(shipped.resolve(name), "\n# of the new version\n", StandardOpenOption.APPEND);
        }
        Path shell = own.resolve("org.apache.karaf.shell.cfg");
        String port = "(?m)^sshPort *=.*$";
        Files.writeString(shell, Files.readString(shell).replaceFirst(port, "sshPort = 9"));

        server.doppel("start").mustSucceed();
        server.close();
        assertFalse(Files.readString(own.resolve("org.ops4j.pax.logging.cfg")).contains("of the new version"));
        assertTrue(Files.readString(own.resolve("org.ops4j.pax.logging.cfg")).contains("edited by hand"));
        assertTrue(Files.readString(own.resolve("org.apache.karaf.log.cfg")).contains("of the new version"));
        assertTrue(Files.readString(own.resolve("config.properties")).contains("of the new version"));
        assertTrue(
                Files.readString(shell).contains("sshPort = ${env:DOPPEL_SSH_PORT:-9}"),
                "the variable counts, and what somebody set is its default");
    }

    @Test
    void aPortInUseIsSaidAtOnce() throws Exception {
        try (ServerSocket taken = new ServerSocket(server.port(), 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome = server.doppel("start");
            assertEquals(1, outcome.status());
            assertTrue(outcome.err().contains("port " + taken.getLocalPort()), outcome.err());
            assertEquals(3, server.doppel("status").status());
        }
    }

    @Test
    void aFolderInWhichSomebodyKeepsOtherThingsIsNotTaken() throws Exception {
        Path mine = Files.createDirectories(server.state().resolve("data/tmp")).resolve("mine.txt");
        Files.writeString(mine, "mine");
        Outcome outcome = server.doppel("start");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("neither empty nor"), outcome.err());
        assertEquals("mine", Files.readString(mine));
    }

    @Test
    void whatMakesNoSenseIsSaidAtOnce() throws Exception {
        assertEquals(64, server.doppel("stop", "now").status());
        assertTrue(server.doppel("start", "--help").mustSucceed().out().startsWith("Usage:"));
        for (String port : List.of("abc", "99999", "0")) {
            ProcessBuilder start = server.builder("start");
            start.environment().put("DOPPEL_SSH_PORT", port);
            Outcome outcome = Programs.run(start, folder.resolve("scratch"), Duration.ofSeconds(20));
            assertEquals(64, outcome.status(), outcome::err);
            assertTrue(outcome.err().contains("'" + port + "' is no port"), outcome.err());
        }
    }

    @Test
    void startsAndStopsTakeTurns() throws Exception {
        Process first = server.builder("start").start();
        Process second = server.builder("start").start();
        assertTrue(first.waitFor(60, TimeUnit.SECONDS) && second.waitFor(60, TimeUnit.SECONDS));
        assertEquals(List.of(0, 0), List.of(first.exitValue(), second.exitValue()));
        long pid = server.pid();
        assertTrue(runs(pid), "the server that is known runs");
        server.close();
        assertFalse(runs(pid), "process " + pid + " is still there");

        Path output = folder.resolve("scratch/start.txt");
        Process start = server.builder("start")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(server.state().resolve("server.pid"))
                || Files.size(server.state().resolve("server.pid")) == 0) {
            assertTrue(System.nanoTime() < deadline, "not begun within half a minute");
            Thread.onSpinWait();
        }
        pid = server.pid();
        server.close();
        assertEquals(0, start.waitFor(), Files.readString(output) + "\n" + server.log());
        assertFalse(runs(pid), "process " + pid + " is still there");
        assertEquals(3, server.doppel("status").status());
    }

    @Test
    void runStaysInTheForegroundUntilItIsToldToStop() throws Exception {
        Path output = folder.resolve("scratch/run.txt");
        Process foreground = server.builder("run")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            awaitAnswer();
            assertEquals(foreground.pid(), server.pid());
            String password =
                    Files.readString(server.state().resolve("admin-password")).trim();
            assertFalse(Files.readString(output).contains(password), "a journal would keep the password");
            foreground.destroy();
            assertTrue(foreground.waitFor(30, TimeUnit.SECONDS), "SIGTERM did not end it");
        } finally {
            foreground.destroyForcibly();
        }
    }

    /** A process that has ended and was not yet buried by its parent has no command line any more. */
    private static boolean runs(long pid) throws IOException {
        Path commandLine = Path.of("/proc", String.valueOf(pid), "cmdline");
        return Files.exists(commandLine) && !Files.readString(commandLine).isEmpty();
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (server.doppel("shell:echo up").status() != 0) {
            assertTrue(System.nanoTime() < deadline, "no answer within a minute");
        }
    }

    private String secrets() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : List.of("admin-password", "etc/host.key", "etc/users.properties", "client/known_hosts")) {
            all.append(Files.readString(server.state().resolve(name)));
        }
        return all.toString();
    }

    private void makeReadOnly(Path tree) throws IOException, InterruptedException {
        run("chmod", "-R", "a-w,a+rX", tree.toString());
    }

    private void run(String... command) throws IOException, InterruptedException {
        Programs.run(new ProcessBuilder(command), folder.resolve("scratch"), Duration.ofSeconds(10))
                .mustSucceed();
    }
}
