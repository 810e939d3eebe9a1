package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose folder is deleted in mid-life, and a fresh distribution that is made the same by its commands. */
class LostServerTest {
    private static final int IMAGE = 24 << 20;

    @TempDir
    Path folder;

    @Test
    void aFreshDistributionIsMadeTheLostServer() throws Exception {
        Path machines = Files.createDirectory(folder.resolve("machines"));
        Path image = Files.createDirectory(machines.resolve("m")).resolve("disk.img");
        byte[] content = new byte[IMAGE];
        new Random(4).nextBytes(content);
        Files.write(image, content);
        String passphrase = Files.writeString(folder.resolve("passphrase"), "correct horse battery\n")
                .toString();
        Path store = folder.resolve("store");
        Path lost = Files.createDirectory(folder.resolve("lost"));
        Server old = Server.unpack(lost);
        old.doppel("start").mustSucceed();
        Shell before = new Shell(old);
        before.succeed("doppel:host-add", "folder", "--name", "h", "--set", "path=" + machines);
        before.succeed(
                "doppel:vault-add", "local", "--name", "v", "--set", "path=" + store, "--passphrase-file", passphrase);
        before.succeed("doppel:job-define", "nightly", "h/*", "--kind", "backup", "--set", "vault=v");
        before.succeed("doppel:retention-set", "--vault", "v", "--keep-last", "3");
        String version = before.backup("h/m", "v");
        JsonNode status = before.ask("doppel:recovery-copy", "v");
        assertEquals("", status.path("problem").asText(), status::toString);
        List<JsonNode> known = seen(before);
        String installation = Files.readString(installationOf(old));

        Server fresh = Server.unpack(Files.createDirectory(folder.resolve("fresh")));
        fresh.doppel("start").mustSucceed();
        Shell after = new Shell(fresh);
        String[] recover = {
            "doppel:recover", "local", "--set", "path=" + store, "--passphrase-file", passphrase, "--yes"
        };
        after.fail("DPL-VLT-0061", recover);
        ProcessHandle process = ProcessHandle.of(old.pid()).orElseThrow();
        process.destroyForcibly();
        Programs.awaitDeath(process.pid());
        deleteAll(lost);

        // what is gone need not be waited for
        JsonNode report = after.ask(
                Stream.concat(Stream.of(recover), Stream.of("--cut-off-living")).toArray(String[]::new));
        assertTrue(report.at("/vaults/0/reached").asBoolean(), report::toString);
        assertEquals(installation, Files.readString(installationOf(fresh)));
        assertEquals(known, seen(after));

        after.succeed("doppel:restore", version, "--name", "restored");
        assertEquals(-1, Files.mismatch(image, machines.resolve("restored/disk.img")));
        JsonNode next = after.ask("doppel:backup", "h/m", "--vault", "v");
        long stored = next.at("/run/progress/stored").asLong();
        assertTrue(stored < 1 << 20, () -> "stored " + stored);
        fresh.close();
    }

    private static Path installationOf(Server server) throws IOException {
        try (Stream<Path> all = Files.walk(server.state())) {
            return all.filter(p -> p.endsWith("installation-id")).findFirst().orElseThrow();
        }
    }

    /** What people see of versions, jobs and retention; when and how a version was checked last may change meanwhile. */
    private static List<JsonNode> seen(Shell shell) throws Exception {
        return List.of(
                shell.ask("doppel:host-list").findValue("settings"),
                shell.ask("doppel:job-definitions"),
                shell.ask("doppel:retention-list"),
                shell.ask("doppel:version-list").findValue("id"));
    }

    private static void deleteAll(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
