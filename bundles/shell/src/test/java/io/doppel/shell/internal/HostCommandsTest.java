package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PeerCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostCommandsTest {
    private static final String OLD = "AA" + ":AA".repeat(31);
    private static final String NEW = "BB" + ":BB".repeat(31);

    private static Desk desk(Desk desk, String... shown) {
        for (String fingerprint : shown) {
            desk.inventory.certificates.add(
                    new PeerCertificate("h:443", new Fingerprint(fingerprint), "CN=pool master", FakeInventory.NOON));
        }
        return desk;
    }

    @Test
    void aCertificateIsShownAndConfirmedBeforeAPasswordIsTyped() throws Exception {
        Desk desk = desk(Desk.terminal(80), NEW);
        desk.screen.answers.add(true);
        desk.screen.secrets.add("s3cret");
        assertEquals(0, desk.run("host-add", "pool", "--name", "p", "--set", "address=h"));
        String shown = desk.screen.outText();
        assertTrue(shown.contains(NEW) && shown.contains("h:443") && shown.contains("CN=pool master"), shown);
        assertTrue(shown.contains("2026-11-21 12:00:00"), shown);
        assertTrue(shown.indexOf("yes/no") < shown.indexOf("Password"), shown);
        assertEquals(Map.of("address", "h", "password", "s3cret", "fingerprint", NEW), desk.inventory.lastSettings);
    }

    @Test
    void whoDoesNotConfirmIsAskedForNoPassword() throws Exception {
        Desk desk = desk(Desk.terminal(80), NEW);
        desk.screen.answers.add(false);
        assertEquals(1, desk.run("host-add", "pool", "--name", "p", "--set", "address=h"));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0006: "), desk.screen.errText());
        assertEquals(1, desk.inventory.hosts.size());
    }

    @Test
    void withoutATerminalTheFingerprintsAreInTheRefusalAndCanBeGiven() throws Exception {
        for (String[] json : new String[][] {{}, {"--json"}}) {
            Desk desk = desk(json.length == 0 ? Desk.script() : Desk.terminal(80), OLD, NEW);
            desk.screen.input.add("s3cret");
            List<String> line = new ArrayList<>(
                    List.of("host-add", "pool", "--name", "p", "--set", "address=h", "--set-secret", "password=-"));
            line.addAll(List.of(json));
            assertEquals(1, desk.run(line.toArray(String[]::new)));
            String said = desk.screen.errText();
            assertTrue(said.startsWith("DPL-API-0012: ") && said.contains(OLD) && said.contains(NEW), said);
            assertEquals(1, desk.inventory.hosts.size());
        }
        Desk desk = desk(Desk.script(), OLD, NEW);
        desk.screen.input.add("s3cret");
        assertEquals(
                0,
                desk.run(
                        "host-add",
                        "pool",
                        "--name",
                        "p",
                        "--set",
                        "address=h",
                        "--set-secret",
                        "password=-",
                        "--fingerprint",
                        OLD,
                        "--fingerprint",
                        NEW));
        assertEquals(OLD + "," + NEW, desk.inventory.lastSettings.get("fingerprint"));
    }

    @Test
    void aChangedCertificateIsAskedForWithOldAndNew() throws Exception {
        Desk desk = desk(Desk.terminal(80), NEW);
        desk.inventory.addHost("p", "pool", Map.of("address", "h", "password", "x", "fingerprint", OLD));
        desk.screen.answers.add(true);
        assertEquals(0, desk.run("host-set", "p", "--set", "verify=false"));
        String shown = desk.screen.outText();
        assertTrue(shown.contains(NEW) && shown.contains("confirmed before: " + OLD), shown);
        assertEquals(OLD + "," + NEW, desk.inventory.lastSettings.get("fingerprint"));

        Desk script = desk(Desk.script(), NEW);
        script.inventory.addHost("p", "pool", Map.of("address", "h", "password", "x", "fingerprint", OLD));
        assertEquals(1, script.run("host-set", "p", "--set", "verify=false"));
        String said = script.screen.errText();
        assertTrue(said.startsWith("DPL-API-0012: ") && said.contains(OLD) && said.contains(NEW), said);
        assertEquals(0, script.run("host-set", "p", "--fingerprint", NEW));
        assertEquals(NEW, script.inventory.lastSettings.get("fingerprint"));
    }

    @Test
    void anotherAddressAsksForTheSecretsAgainAndOtherChangesDoNot() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.inventory.addHost("p", "pool", Map.of("address", "h", "password", "x"));
        assertEquals(0, desk.run("host-set", "p", "--set", "verify=false", "--set", "address=h"));
        assertFalse(desk.screen.outText().contains("Password"));
        desk.screen.secrets.add("for h2");
        assertEquals(0, desk.run("host-set", "p", "--set", "address=h2"));
        assertEquals("for h2", desk.inventory.lastSettings.get("password"));
        assertEquals(1, desk.run("host-set", "nobody", "--set", "address=h2"));
        assertEquals(1, desk.run("host-set", "p"));
        assertEquals(1, desk.run("host-set", "p", "--set", "password=open"));
        assertTrue(desk.screen.errText().contains("DPL-SHL-0003"), desk.screen.errText());
    }

    @Test
    void optionsOfTheHostsTypeReachTheJobWithTheirCommas() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("host-options"));
        assertTrue(desk.screen.outText().contains("pool restore"), desk.screen.outText());
        assertFalse(desk.screen.outText().contains("folder"), desk.screen.outText());
        desk.run(
                "backup",
                "lab/web",
                "--vault",
                "main",
                "--option",
                "networks=a=b,c=d",
                "--option",
                "quiesce=true",
                "--detach");
        assertEquals(
                "networks=a=b\\,c=d,quiesce=true",
                desk.jobs.runs(1).get(0).definition().options().get("host-options"));
        assertEquals(1, desk.run("backup", "lab/web", "--vault", "main", "--option", "quiesce"));
    }

    @Test
    void aDryBackupListsWhatItWouldTakeAndStartsNothing() throws Exception {
        Desk desk = Desk.terminal(120);
        int runs = desk.jobs.runs.size();
        assertEquals(0, desk.run("backup", "lab/*", "--vault", "main", "--dry-run"));
        String shown = desk.screen.outText();
        for (String part : List.of("web", "40.0 GiB", "[NOBAK] is in its name", "test", "it has tag NOBAK")) {
            assertTrue(shown.contains(part), shown);
        }
        desk.screen = FakeScreen.script();
        assertEquals(0, desk.run("backup", "lab/*", "--vault", "main", "--dry-run", "--json"));
        assertTrue(desk.screen.outText().contains("\"taken\" : false"), desk.screen.outText());
        assertEquals(runs, desk.jobs.runs.size());
    }

    @Test
    void copiesAndBootTestsAreSubmittedWithWhatWasGiven() throws Exception {
        Desk desk = Desk.script();
        assertEquals(
                0,
                desk.run(
                        "replicate",
                        "lab/tag:gold",
                        "!lab/web",
                        "--to",
                        "spare",
                        "--name",
                        "{machine} 2",
                        "--option",
                        "storage=a,b",
                        "--detach"));
        JobDefinition copy = desk.jobs.runs(1).get(0).definition();
        assertEquals(List.of("lab/tag:gold", "!lab/web"), copy.machines());
        assertEquals(Map.of("to", "spare", "name", "{machine} 2", "host-options", "storage=a\\,b"), copy.options());
        assertEquals(0, desk.run("boot-test", "7c1e", "--wait", "5m", "--detach"));
        JobDefinition boot = desk.jobs.runs(1).get(0).definition();
        assertEquals("5m", boot.options().get("wait"));
        assertTrue(boot.options().get("version").length() > 8, boot.options().toString());
        assertEquals(0, desk.run("export", "7c1e", "--to", "/srv/x", "--format", "raw", "--detach"));
        JobDefinition export = desk.jobs.runs(1).get(0).definition();
        assertEquals(
                "/srv/x raw",
                export.options().get("to") + " " + export.options().get("format"));
        assertEquals(1, desk.run("export", "7c1e"));
        assertEquals(1, desk.run("replicate", "lab/web"));
        assertEquals(1, desk.run("boot-test"));
    }

    @Test
    void versionsAreCopiedToAnotherVault() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("vault-copy", "--from", "main", "--to", "away", "--detach"));
        JobDefinition all = desk.jobs.runs(1).get(0).definition();
        assertEquals("vault", all.kind());
        assertEquals(List.of("*"), all.machines());
        assertEquals(Map.of("vault", "main", "offsite", "away"), all.options());
        assertEquals(
                0,
                desk.run(
                        "vault-copy",
                        "lab/web",
                        "!lab/db",
                        "--from",
                        "main",
                        "--to",
                        "away",
                        "--newest",
                        "--since",
                        "30d",
                        "--bandwidth",
                        "08:00-18:00=2MB/s,18:00-08:00=unlimited",
                        "--detach"));
        JobDefinition some = desk.jobs.runs(1).get(0).definition();
        assertEquals(List.of("lab/web", "!lab/db"), some.machines());
        assertEquals("newest", some.options().get("versions"));
        assertEquals("30d", some.options().get("since"));
        assertEquals("08:00-18:00=2MB/s,18:00-08:00=unlimited", some.options().get("bandwidth"));
        assertEquals(1, desk.run("vault-copy", "--from", "main"));
    }

    @Test
    void machinesShowMemberTagsAndWhyTheyAreLeftOut() throws Exception {
        Desk desk = Desk.terminal(200);
        desk.inventory.machines.add(new HostMachine(
                "lab",
                new Machine(
                        "u1",
                        "db",
                        Machine.PowerState.RUNNING,
                        Set.of("gold"),
                        List.of(new MachineDisk("0", "swap", 1, "vdi", "[NOBAK] is in its name")),
                        "host-2",
                        "it has tag NOBAK",
                        List.of("no free space"))));
        assertEquals(0, desk.run("machine-list", "lab"));
        String row = desk.screen.outLines().stream()
                .filter(l -> l.contains("db"))
                .findFirst()
                .orElseThrow();
        for (String shown :
                List.of("gold", "host-2", "it has tag NOBAK; disk 0: [NOBAK] is in its name", "no free space")) {
            assertTrue(row.contains(shown), row);
        }
        desk.screen = FakeScreen.script();
        assertEquals(0, desk.run("machine-list", "lab", "--json"));
        for (String shown : List.of("\"member\" : \"host-2\"", "\"excluded\" : \"it has tag NOBAK\"", "gold")) {
            assertTrue(desk.screen.outText().contains(shown), desk.screen.outText());
        }
    }
}
