package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.inventory.HostView;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultRequest;
import io.doppel.shell.internal.output.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    @TempDir
    Path folder;

    private final ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Test
    void hostIsAddedWithOptionsBehindTheArgument() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("host-add", "folder", "--name", "neu ä", "--set", "path=/srv/a b=c"));
        assertEquals("Host 'neu ä' was added.\n", desk.screen.outText());
        assertEquals(Map.of("path", "/srv/a b=c"), desk.inventory.lastSettings);
    }

    @Test
    void requiredSecretIsAskedForAndNeverShown() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.screen.secrets.add("s3cret");
        assertEquals(0, desk.run("host-add", "--json", "--set", "address=h1", "--name", "p", "pool"));
        assertEquals("s3cret", desk.inventory.lastSettings.get("password"));
        assertFalse((desk.screen.outText() + desk.screen.errText()).contains("s3cret"));
        assertTrue(desk.screen.outText().contains("\"password\" : \"(set)\""), desk.screen.outText());
    }

    @Test
    void secretsOfScriptsComeFromInputOrAFile() throws Exception {
        Desk desk = Desk.script();
        desk.screen.input.add("from input");
        assertEquals(
                0, desk.run("host-add", "pool", "--name", "p", "--set", "address=h", "--set-secret", "password=-"));
        assertEquals("from input", desk.inventory.lastSettings.get("password"));

        Path file = Files.writeString(folder.resolve("pw"), "from file ü\n");
        assertEquals(
                0, desk.run("host-add", "pool", "--name=q", "--set", "address=h", "--set-secret", "password=@" + file));
        assertEquals("from file ü", desk.inventory.lastSettings.get("password"));
        assertFalse((desk.screen.outText() + desk.screen.errText()).contains("from"));
    }

    @ParameterizedTest
    @CsvSource({
        "--set,password=geheim,DPL-SHL-0003",
        "--set-secret,password=geheim,DPL-SHL-0003",
        "--set-secret,password=@/nonexistent,DPL-SHL-0005",
        "--set-secret,password=-,DPL-SHL-0004",
        "--set-secret,verify=-,DPL-SHL-0001",
        "--set,verify,DPL-SHL-0001",
        "--set,verify=true,DPL-SHL-0004"
    })
    void secretInTheOpenOrMissingIsRefused(String option, String value, String code) throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run("host-add", "pool", "--name", "p", "--set", "address=h", option, value));
        assertTrue(desk.screen.errText().startsWith(code + ": "), desk.screen.errText());
        assertFalse(desk.screen.errText().contains("geheim"));
        assertEquals("", desk.screen.outText());
        assertEquals(1, desk.inventory.hosts.size());
    }

    @ParameterizedTest
    @CsvSource({
        "host-list,extra",
        "host-add,folder",
        "host-add,folder --name",
        "host-add,folder --nme=x",
        "backup,lab/web",
        "backup,--vault=main",
        "job-list,--most=5 x",
        "job-show,seven",
        "job-show,1 2",
        "job-show,",
        "restore,7c1e",
        "job-define,x",
        "host-add,folder --name x --set =y",
        "host-add,folder --name x --set path=/a --set path=/b"
    })
    void wordsThatMakeNoSenseAreRefusedWithCode(String command, String word) throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, word == null ? desk.run(command) : run(desk, command + " " + word));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0001: "), desk.screen.errText());
        assertEquals(1, desk.screen.errText().lines().count());
    }

    @Test
    void aVaultInThePlaceOfAVersionIsRefusedWithTheOptionThatWasMeant() throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run("validate", "main"));
        assertTrue(
                desk.screen
                        .errText()
                        .startsWith("DPL-SHL-0001: 'main' is a vault, not a version; --vault main checks all of it."),
                desk.screen.errText());
        assertTrue(desk.jobs.runs.values().stream()
                .noneMatch(run -> run.definition().options().containsValue("main")
                        && run.definition().kind().equals("validate")));
    }

    @Test
    void vaultIsMadeWithAPassphraseTypedTwice() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.screen.secrets.addAll(List.of("pass", "pass"));
        assertEquals(0, desk.run("vault-add", "local", "--name", "v", "--set", "path=/v", "--compression", "lz4"));
        assertEquals("pass", desk.vaults.lastPassphrase);
        assertEquals("lz4", desk.vaults.lastRequest.compression());
        assertEquals(VaultRequest.Access.CREATE, desk.vaults.lastRequest.access());
        assertArrayCleared(desk.vaults.lastRequest.unlock());
        assertEquals("""
                Passphrase of the new vault (empty for none):\s
                The same once more:\s
                Vault 'v' was made.
                """, desk.screen.outText());
        assertEquals(
                "Reminder: if this server is lost, the data in vault 'v' may be lost with it until its recovery key is"
                        + " kept elsewhere: doppel:key-export v\n",
                desk.screen.errText());
    }

    private static int run(Desk desk, String line) throws Exception {
        return desk.run(line.split(" "));
    }

    private static void assertArrayCleared(char[] secret) {
        for (char c : secret) {
            assertEquals('\0', c);
        }
    }

    @Test
    void differentPassphrasesMakeNoVault() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.screen.secrets.addAll(List.of("one", "two"));
        assertEquals(1, desk.run("vault-add", "local", "--name", "v", "--set", "path=/v"));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0007"));
        assertEquals(1, desk.vaults.vaults.size());
    }

    @Test
    void scriptMakesAVaultWithoutBeingAsked() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("vault-add", "local", "--name", "v", "--set", "path=/v"));
        assertEquals("", desk.vaults.lastPassphrase);
        desk.screen.input.add("piped");
        assertEquals(0, desk.run("vault-add", "local", "--name=w", "--set=path=/w", "--attach", "--passphrase-stdin"));
        assertEquals("piped", desk.vaults.lastPassphrase);
        assertEquals(VaultRequest.Access.ATTACH, desk.vaults.lastRequest.access());
        assertEquals(1, desk.run("vault-add", "local", "--name=x", "--set=path=/x", "--attach", "--take-over"));
        assertTrue(desk.screen.errText().contains("Not together: --attach and --take-over"));
    }

    @Test
    void keyGoesToAFileOfItsOwnerAlone() throws Exception {
        Desk desk = Desk.script();
        Path file = folder.resolve("key");
        assertEquals(0, desk.run("key-export", "main", "--file", file.toString()));
        assertEquals(FakeVaults.KEY + "\n", Files.readString(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(desk.screen.outText().contains(FakeVaults.KEY));

        Files.writeString(file, "other");
        assertEquals(1, desk.run("key-export", "main", "--file", file.toString()));
        assertEquals("other", Files.readString(file), "a file that exists is left as it is");

        assertEquals(
                1, desk.run("key-export", "none", "--file", folder.resolve("b").toString()));
        assertFalse(Files.exists(folder.resolve("b")), "no empty file is left");

        Desk plain = Desk.script();
        assertEquals(0, plain.run("key-export", "main"));
        assertEquals(FakeVaults.KEY + "\n", plain.screen.outText());
        assertTrue(plain.screen.errText().contains("Keep it outside this server"));
    }

    @Test
    void removingAsks() throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run("vault-remove", "main"));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0002"), desk.screen.errText());
        assertEquals(1, desk.vaults.vaults.size());

        Desk no = Desk.terminal(80);
        no.screen.answers.add(false);
        assertEquals(1, no.run("vault-remove", "main"));
        assertTrue(no.screen.errText().startsWith("DPL-SHL-0006"));
        assertEquals(1, no.vaults.vaults.size());

        no.screen.answers.add(true);
        assertEquals(0, no.run("vault-remove", "main"));
        assertEquals(0, no.vaults.vaults.size());
        assertEquals(0, desk.run("host-remove", "--yes", "lab"));
        assertEquals(0, desk.inventory.hosts.size());
    }

    @Test
    void backupPassesWhatWasAsked() throws Exception {
        Desk desk = Desk.script();
        assertEquals(
                0,
                desk.run(
                        "backup",
                        "lab/web",
                        "lab/mail server",
                        "--vault",
                        "main",
                        "--full",
                        "--disks",
                        "a,b",
                        "--concurrency",
                        "3",
                        "--set",
                        "x=y",
                        "--detach"));
        assertEquals(
                Map.of("vault", "main", "full", "true", "disks", "a,b", "concurrency", "3", "x", "y"),
                desk.jobs.runs.get(7L).definition().options());
        assertEquals(
                List.of("lab/web", "lab/mail server"),
                desk.jobs.runs.get(7L).definition().machines());
    }

    @Test
    void aPurgeKeepsWhatInterruptedBackupsStoredUnlessTold() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("purge", "main", "--keep-versions", "--detach"));
        assertEquals(
                Map.of("vault", "main", "retention", "false"),
                onlyNewRun(desk).definition().options());
        Desk all = Desk.script();
        assertEquals(0, all.run("purge", "main", "--keep-versions", "--no-grace", "--detach"));
        assertEquals(
                Map.of("vault", "main", "retention", "false", "grace", "0s"),
                onlyNewRun(all).definition().options());
    }

    @Test
    void restoreSaysWhatItWritesAndAsksBeforeItOverwrites() throws Exception {
        String plan = "Version 7c1e55d0a1b2c3d4 of 'web', taken 2026-11-21 12:00:00 (valid): writes 1 disk of 40.0 GiB"
                + " together, 9.00 GiB of it data, ";
        String steps = "\n- Writes disk 'disk0'\n- Keeps disk0.img until it is confirmed\n";
        Desk dry = Desk.script();
        assertEquals(0, dry.run("restore", "7c1e", "--name", "new", "--dry-run"));
        assertEquals(plan + "as new machine 'new' on host 'lab'." + steps, dry.screen.outText());
        assertEquals(
                Map.of("version", "7c1e55d0a1b2c3d4", "host", "lab", "name", "new", "dry-run", "true"),
                onlyNewRun(dry).definition().options());
        Desk json = Desk.script();
        assertEquals(0, json.run("restore", "7c1e", "--over-original", "--dry-run", "--json"));
        assertEquals(
                "Writes disk 'disk0'",
                new ObjectMapper()
                        .readTree(json.screen.outText())
                        .at("/steps/0")
                        .asText());

        Desk fresh = Desk.script();
        assertEquals(0, fresh.run("restore", "7c1e", "--name", "new", "--host", "other", "--detach"));
        assertEquals(
                Map.of("version", "7c1e55d0a1b2c3d4", "host", "other", "name", "new"),
                onlyNewRun(fresh).definition().options());

        Desk over = Desk.terminal(80);
        over.screen.answers.add(false);
        assertEquals(1, over.run("restore", "7c1e", "--over-original"));
        String asked = over.screen.outText();
        assertTrue(asked.startsWith(plan + "over machine 'web' on host 'lab'"), asked);
        assertTrue(asked.contains(steps + "Replace the disks of machine 'web' on host 'lab'?"), asked);
        assertEquals("true", onlyNewRun(over).definition().options().get("dry-run"));

        Desk refused = Desk.terminal(80);
        refused.jobs.end = JobState.FAILED;
        assertEquals(1, refused.run("restore", "7c1e", "--over-original"));
        assertTrue(refused.screen.errText().startsWith("DPL-SHL-0008: "), refused.screen.errText());

        Desk yes = Desk.script();
        assertEquals(1, yes.run("restore", "7c1e", "--over-original", "--json"));
        assertEquals(1, yes.run("restore", "7c1e", "--over-original", "--name", "x", "--yes"));
        assertEquals(1, yes.jobs.runs.size());
        assertEquals(0, yes.run("restore", "7c1e", "--over-original", "--skip-damaged", "--yes", "--detach"));
        assertEquals(
                Map.of("version", "7c1e55d0a1b2c3d4", "host", "lab", "over-original", "true", "skip-damaged", "true"),
                onlyNewRun(yes).definition().options());
        assertEquals(1, yes.run("restore", "7c1e", "--over-original"));
        assertTrue(yes.screen.errText().contains("DPL-SHL-0002: "), yes.screen.errText());
    }

    private static JobRun onlyNewRun(Desk desk) {
        assertEquals(Set.of(6L, 7L), desk.jobs.runs.keySet());
        return desk.jobs.runs.get(7L);
    }

    @Test
    void keptOriginalIsDeletedAfterAYes() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.screen.answers.add(true);
        assertEquals(0, desk.run("restore-confirm", "restore-5"));
        assertEquals(0, desk.inventory.kept.size());
        assertEquals(1, desk.run("restore-confirm", "restore-5"));
        assertTrue(desk.screen.errText().startsWith("DPL-API-0007"));
    }

    @Test
    void keptJobCanBeDefinedRunChangedAndForgotten() throws Exception {
        Desk desk = Desk.script();
        assertEquals(
                0, desk.run("job-define", "weekly", "--kind", "backup", "--set", "vault=main", "lab/*", "lab/web"));
        assertEquals(
                List.of("lab/*", "lab/web"), desk.jobs.definitions.get("weekly").machines());
        assertEquals(0, desk.run("job-run", "weekly", "--set", "full=true", "--detach"));
        assertEquals(
                Map.of("vault", "main", "full", "true"),
                desk.jobs.runs.get(7L).definition().options());
        assertEquals("weekly", desk.jobs.runs.get(7L).definition().name());
        assertEquals(0, desk.run("job-run", "--kind", "validate", "--set", "vault=main", "--detach"));
        assertEquals("validate", desk.jobs.runs.get(8L).definition().kind());
        assertEquals(0, desk.run("job-undefine", "weekly", "--yes"));
        assertEquals(1, desk.run("job-run", "weekly"));
    }

    @Test
    void cancelWaitsForTheEnd() throws Exception {
        Desk desk = Desk.script();
        desk.run("job-run", "nightly", "--detach");
        assertEquals(0, desk.run("job-cancel", "7"));
        assertTrue(desk.screen.outText().endsWith("Run 7 has ended: cancelled.\n"), desk.screen.outText());
    }

    @Test
    void hostThatCannotBeUsedIsNamed() throws Exception {
        Desk desk = Desk.script();
        desk.inventory.hosts.add(
                new HostView("far", "pool", Map.of(), ConnectionState.FAILED, "DPL-XEN-0001: It does not answer."));
        assertEquals(0, desk.run("machine-list"));
        assertEquals("Host 'far' is left out: DPL-XEN-0001: It does not answer.\n", desk.screen.errText());
        desk.screen = FakeScreen.script();
        assertEquals(0, desk.run("machine-list", "lab"));
        assertEquals("", desk.screen.errText());
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80, 200})
    void everyTableFitsTheTerminal(int width) throws Exception {
        for (String list : Examples.TABLES) {
            Desk desk = Desk.terminal(width);
            assertEquals(0, run(desk, list), list);
            for (String line : desk.screen.outLines()) {
                assertTrue(Text.width(line) <= width, list + ": " + line);
            }
        }
    }

    @Test
    void everyListIsValidJson() throws Exception {
        for (String list : Examples.LISTS) {
            Desk desk = Desk.terminal(80);
            assertEquals(0, run(desk, list + " --json"), list);
            JsonNode result = mapper.readTree(desk.screen.outText());
            assertTrue(result.isContainerNode() && !result.isEmpty(), list + desk.screen.outText());
        }
    }

    @Test
    void jsonHasExactNumbersTimesAndNulls() throws Exception {
        Desk desk = Desk.script();
        desk.run("version-list", "--json", "--machine", "lab/web");
        JsonNode versions = mapper.readTree(desk.screen.outText());
        assertEquals("7c1e55d0a1b2c3d4", versions.at("/0/id").asText());
        assertEquals("2026-11-21T12:00:00Z", versions.at("/0/takenAt").asText());
        assertEquals(40L << 30, versions.at("/0/logicalBytes").asLong());
        assertTrue(versions.at("/1/validatedAt").isNull());
        assertTrue(versions.at("/0/bootTest/started").asBoolean());
        assertEquals("2026-11-21T12:05:00Z", versions.at("/0/bootTest/at").asText());
        assertTrue(versions.at("/1/bootTest").isNull());

        desk.screen = FakeScreen.script();
        desk.run("job-list", "--json");
        JsonNode runs = mapper.readTree(desk.screen.outText());
        assertEquals(6, runs.at("/0/id").asLong());
        assertEquals(FakeJobs.SIZE / 2, runs.at("/0/progress/read").asLong());

        desk.screen = FakeScreen.script();
        desk.run("host-types", "--json");
        JsonNode types = mapper.readTree(desk.screen.outText());
        assertEquals("password", types.at("/pool/1/name").asText());
        assertTrue(types.at("/pool/1/secret").asBoolean());
        assertTrue(types.at("/pool/1/min").isNull());
        assertEquals("true", types.at("/pool/2/default").asText());
    }

    @Test
    void copiesTellWhereTheyCameFrom() throws Exception {
        Desk desk = Desk.script();
        desk.vaults.versions.add(FakeVaults.copy("aa00", "v-main", "7c1e55d0a1b2c3d4"));
        desk.vaults.versions.add(FakeVaults.copy("bb00", "v-elsewhere", "0123456789abcdef0123"));
        desk.run("version-list");
        assertTrue(desk.screen.outText().contains("main/7c1e55d0a1b2c3d4"), desk.screen.outText());
        assertTrue(desk.screen.outText().contains("v-elsewhere/0123456789abcdef\n"), desk.screen.outText());

        desk.screen = FakeScreen.script();
        desk.run("version-list", "--json");
        JsonNode versions = mapper.readTree(desk.screen.outText());
        assertTrue(versions.at("/0/origin").isNull());
        assertEquals("v-main", versions.at("/2/origin/vaultId").asText());

        desk.screen = FakeScreen.script();
        desk.run("version-show", "aa00");
        assertTrue(
                desk.screen.outText().matches("(?s).*copy of +version 7c1e55d0a1b2c3d4 of vault main\n.*"),
                desk.screen.outText());
    }

    @Test
    void aVaultIsMadeInTheDomainOfAnother() throws Exception {
        Desk desk = Desk.script();
        assertEquals(
                0,
                desk.run("vault-add", "local", "--name=w", "--set=path=/w", "--no-passphrase", "--domain-of", "main"));
        assertEquals(Optional.of("main"), desk.vaults.lastRequest.domainOf());
        assertEquals(0, desk.run("vault-add", "local", "--name=x", "--set=path=/x", "--no-passphrase"));
        assertEquals(Optional.empty(), desk.vaults.lastRequest.domainOf());
    }

    @Test
    void versionsShowTheirLastBootTest() throws Exception {
        Desk desk = Desk.script();
        desk.run("version-list");
        assertTrue(desk.screen.outText().contains("started 2026-11-21 12:05:00"), desk.screen.outText());

        desk.screen = FakeScreen.script();
        desk.run("version-show", "7c1e");
        String shown = desk.screen.outText();
        assertTrue(shown.contains("started 2026-11-21 12:05:00: its guest reported after 41 s"), shown);

        desk.screen = FakeScreen.script();
        desk.run("version-show", "05aa");
        assertTrue(desk.screen.outText().matches("(?s).*boot test +none\n.*"), desk.screen.outText());
    }

    @Test
    void failureWithJsonLeavesStandardOutputEmpty() throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run("version-show", "--json", "zzz"));
        assertEquals("", desk.screen.outText());
        assertEquals(
                "DPL-API-0007: There is no version 'zzz'. List what exists and correct the name.\n",
                desk.screen.errText());
    }

    @Test
    void interactiveShellGetsTheFailureAsException() throws Exception {
        Desk desk = Desk.terminal(80);
        CommandException e = assertThrows(
                CommandException.class, () -> desk.command("job-show").execute(desk.screen, false));
        assertTrue(e.getMessage().startsWith("DPL-SHL-0001: The argument RUN is missing"), e.getMessage());
        assertEquals(0, e.getStackTrace().length);
        assertEquals("", desk.screen.errText());
    }
}
