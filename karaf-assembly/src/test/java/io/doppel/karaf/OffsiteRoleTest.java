package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same distribution in the role of an offsite module, and a server that has its vault there. */
class OffsiteRoleTest {
    @TempDir
    Path folder;

    @Test
    void aServerKeepsItsVaultAtAnOffsiteModule() throws Exception {
        Server site = Server.unpack(folder.resolve("site"));
        int port = Server.freePort();
        Path configuration = site.distribution().resolve("etc/io.doppel.listener.cfg");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace("port = 2811", "port = " + port)
                        .replace("address =", "address = 127.0.0.1"));
        ProcessBuilder start = site.builder("start");
        start.environment().put("DOPPEL_ROLE", "offsite");
        Programs.run(start, folder.resolve("site/scratch"), Duration.ofSeconds(150))
                .mustSucceed();
        try (site;
                Server server = Server.unpack(folder.resolve("server"))) {
            Shell module = new Shell(site);
            assertEquals(port, module.ask("doppel:offsite-status").path("port").asInt());
            module.fail("DPL-OFF-0004", "doppel:offsite-client-add", "Not_A_Name", "--quota", "1G");
            module.fail("DPL-OFF-0002", "doppel:offsite-condemned", "nobody");
            JsonNode added = module.ask("doppel:offsite-client-add", "s1", "--quota", "1G");
            String code = added.path("code").asText();
            Path secret = Files.writeString(folder.resolve("code"), code);
            server.doppel("start").mustSucceed();
            Shell shell = new Shell(server);
            shell.succeed(
                    "doppel:vault-add",
                    "offsite",
                    "--name",
                    "o1",
                    "--set",
                    "host=127.0.0.1",
                    "--set",
                    "port=" + port,
                    "--set-secret",
                    "code=@" + secret);
            assertEquals(
                    "CONNECTED", shell.ask("doppel:vault-list").at("/0/state").asText());
            JsonNode client = module.ask("doppel:offsite-client-list").path(0);
            assertEquals(95, client.path("certificate").asText().length());
            assertTrue(client.at("/figures/objects").asLong() > 5, client.toString());
            module.succeed("doppel:offsite-client-lock", "s1");
            assertTrue(module.ask("doppel:offsite-client-list")
                    .at("/0/figures/locked")
                    .asBoolean());
            shell.fail("DPL-OFC-0002", "doppel:vault-test", "o1");
            assertEquals(0, module.ask("doppel:offsite-status").path("alerts").size());
            module.succeed("doppel:offsite-undo", "s1", "--before", "1", "--yes");
            JsonNode condemned = module.ask("doppel:offsite-condemned", "s1");
            assertEquals(client.at("/figures/objects").asInt(), condemned.size());
            assertFalse(site.log().contains(code), "the code is in the log");
            assertFalse(server.log().contains(code), "the code is in the log");
            Outcome other = site.doppel("doppel:job-list");
            assertTrue(other.status() != 0, "an offsite module has no jobs");
        }
        ProcessBuilder again = site.builder("start");
        again.environment().put("DOPPEL_ROLE", "server");
        assertEquals(
                1,
                Programs.run(again, folder.resolve("site/scratch"), Duration.ofSeconds(150))
                        .status());
    }
}
