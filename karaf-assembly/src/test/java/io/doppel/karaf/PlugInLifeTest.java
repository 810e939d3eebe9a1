package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A partner's bundle comes, serves a job, is updated, and leaves while a run reads through it. */
class PlugInLifeTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int UPDATES = 20;
    private static final String TYPE_CLASS = "io.doppel.example.machines.internal.ExampleHypervisor";

    @TempDir
    Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private Server server;

    @Test
    @Timeout(600)
    void comesServesIsUpdatedAndLeaves() throws Exception {
        server = Server.unpack(folder).asShipped();
        server.doppel("start").mustSucceed();
        try (Server running = server) {
            Path vault = Files.createDirectory(folder.resolve("vault"));
            server.doppel("doppel:vault-add", "local", "--name", "v", "--set", "path=" + vault, "--no-passphrase")
                    .mustSucceed();
            deploy(1);
            await("the type appears", () -> ask("doppel:host-types").toString().contains("\"example\""));
            addHost("fast", "disk-size=8M");
            addHost("slow", "disk-size=1G", "rate=2M");
            server.doppel("doppel:backup", "fast/machine-1", "--vault", "v").mustSucceed();

            removedInMidRun();
            deploy(2);
            await(
                    "the host is back",
                    () -> server.doppel("doppel:backup", "fast/machine-1", "--vault", "v")
                                    .status()
                            == 0);
            updatesLeaveNothingBehind();
            server.doppel("doppel:backup", "fast/machine-1", "--vault", "v").mustSucceed();
        }
    }

    private void removedInMidRun() throws Exception {
        server.doppel("doppel:backup", "slow/machine-1", "--vault", "v", "--detach")
                .mustSucceed();
        await("the run reads", () -> newestRun().path("progress").path("read").asLong() > 0);
        Files.delete(jar());
        await(
                "the bundle is gone",
                () -> !server.doppel("bundle:list", "-t", "0", "-s")
                        .mustSucceed()
                        .out()
                        .contains("io.doppel.example-machines"));
        Instant gone = Instant.now();
        await("the run ends", () -> !newestRun().path("state").asText().equals("RUNNING"));
        assertTrue(Duration.between(gone, Instant.now()).toSeconds() < 5, "the run went on without its plug-in");
        JsonNode run = newestRun();
        assertEquals("FAILED", run.path("state").asText(), run::toString);
        assertEquals("DPL-API-0005", run.path("errorCode").asText(), run::toString);
    }

    private void updatesLeaveNothingBehind() throws Exception {
        long threads = threads();
        for (int i = 0; i < UPDATES; i++) {
            int version = 3 + i;
            deploy(version);
            await(
                    "version " + version + " is active",
                    () -> server.doppel("bundle:list", "-t", "0", "-s")
                            .mustSucceed()
                            .out()
                            .lines()
                            .anyMatch(line -> line.contains("io.doppel.example")
                                    && line.contains("0.1." + version)
                                    && line.contains("Active")));
        }
        server.doppel("doppel:host-list").mustSucceed();
        await("one class loader remains", () -> {
            jcmd("GC.run");
            return jcmd("VM.class_hierarchy", TYPE_CLASS)
                            .lines()
                            .filter(l -> l.contains(TYPE_CLASS))
                            .count()
                    == 1;
        });
        await("no extra thread remains", () -> threads() <= threads);
    }

    private long threads() throws Exception {
        return jcmd("Thread.print")
                .lines()
                .filter(line -> line.startsWith("\"doppel"))
                .count();
    }

    private String jcmd(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 2];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        command[1] = Long.toString(server.pid());
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        return Programs.run(new ProcessBuilder(command), folder, LIMIT)
                .mustSucceed()
                .out();
    }

    private void addHost(String name, String... settings) throws Exception {
        String[] command = new String[4 + settings.length * 2];
        command[0] = "doppel:host-add";
        command[1] = "example";
        command[2] = "--name";
        command[3] = name;
        for (int i = 0; i < settings.length; i++) {
            command[4 + i * 2] = "--set";
            command[5 + i * 2] = settings[i];
        }
        server.doppel(command).mustSucceed();
    }

    private JsonNode newestRun() throws Exception {
        return ask("doppel:job-list").get(0);
    }

    private JsonNode ask(String command) throws Exception {
        return json.readTree(server.doppel(command, "--json").mustSucceed().out());
    }

    private Path jar() {
        return server.state().resolve("deploy/example-machines.jar");
    }

    /** Puts the example bundle, under a version of its own, into the deploy folder in one step. */
    private void deploy(int version) throws IOException {
        Path made = Files.createTempFile(folder, "bundle", ".jar");
        try (JarFile from = new JarFile(System.getProperty("doppel.example"))) {
            Manifest manifest = from.getManifest();
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), "0.1." + version);
            try (OutputStream out = Files.newOutputStream(made);
                    JarOutputStream to = new JarOutputStream(out, manifest)) {
                for (JarEntry entry : from.stream().toList()) {
                    if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        to.putNextEntry(new JarEntry(entry.getName()));
                        from.getInputStream(entry).transferTo(to);
                    }
                }
            }
        }
        Files.createDirectories(jar().getParent());
        Files.move(made, jar(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Instant limit = Instant.now().plus(LIMIT);
        while (!condition.call()) {
            assertTrue(Instant.now().isBefore(limit), () -> "In vain: " + what);
        }
    }
}
