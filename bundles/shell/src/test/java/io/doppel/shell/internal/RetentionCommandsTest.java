package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.vault.VersionView;
import io.doppel.shell.internal.output.Retention;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionCommandsTest {
    private static JsonNode json(Desk desk) throws Exception {
        return new ObjectMapper().readTree(desk.screen.outText());
    }

    @Test
    void aPolicyIsSetForWhatTheOptionsName() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("retention-set", "--vault", "main", "--machine", "lab/web", "--keep-last", "2"));
        assertEquals(Map.of("keep-last", "2"), desk.retention.lastSettings);
        assertTrue(desk.retention.policies.containsKey(
                RetentionScope.ofVault("main").withMachine("lab/web")));
        assertTrue(desk.screen.outText().contains("1 version would be dropped now"), desk.screen.outText());
        desk.screen = FakeScreen.script();
        assertEquals(
                0,
                desk.run(
                        "retention-set",
                        "--role=offsite",
                        "--minimum-age=14d",
                        "--time-zone=UTC",
                        "--keep-yearly",
                        "-1"));
        assertEquals(
                Map.of("minimum-age", "14d", "time-zone", "UTC", "keep-yearly", "-1"), desk.retention.lastSettings);
        assertEquals(
                "The policy of offsite vaults keeps last 3, daily 7, weekly 5, monthly 12 and all younger than 14 d"
                        + " (Europe/Berlin).\n",
                desk.screen.outText());
    }

    @Test
    void aMinimumAgeAloneIsToldToo() {
        RetentionPolicy policy = new RetentionPolicy(0, 0, 0, 0, 0, Duration.ofDays(14), ZoneId.of("Europe/Berlin"));
        assertEquals(
                "everything, of which none younger than 14 d can be removed by hand (Europe/Berlin)",
                Retention.words(policy));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retention-set --keep-last 2",
                "retention-set --vault main",
                "retention-set --vault main --role onsite --keep-last 2",
                "retention-set --role nearby --keep-last 2",
                "retention-clear --yes",
                "retention-role main --role nearby",
                "retention-preview",
                "version-pin 7c1e",
                "version-remove",
                "version-remove 7c1e --machine lab/web --vault main",
                "version-remove --machine lab/web",
                "version-remove --machine web --vault main"
            })
    void wordsThatMakeNoSenseAreRefused(String line) throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run(line.split(" ")));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0001: "), desk.screen.errText());
        assertEquals(Map.of(), desk.retention.lastSettings);
    }

    @Test
    void listNamesRolesAndVaultsWithoutAPolicy() throws Exception {
        Desk desk = Desk.script();
        desk.vaults.vaults.add(FakeVaults.vault("second", true));
        desk.run("retention-list");
        assertEquals(
                List.of(
                        "VAULT   ROLE     MACHINE          KEEP                                   MINIMUM AGE  TIME ZONE",
                        "all     offsite  all              last 30                                -            Europe/Berlin",
                        "main    onsite   all              last 3, daily 7, weekly 5, monthly 12  14 d         Europe/Berlin",
                        "main    onsite   lab/mail server  daily 90, yearly 7                     36 h         Europe/Berlin",
                        "second  onsite   all              everything                             -            -"),
                desk.screen.outLines());
        desk.retention.role = VaultRole.OFFSITE;
        desk.screen = FakeScreen.script();
        desk.run("retention-list");
        assertTrue(desk.screen.outLines().get(4).contains("as its role"), desk.screen.outText());
        desk.screen = FakeScreen.script();
        desk.run("retention-list", "--json");
        assertEquals("OFFSITE", json(desk).at("/roles/second").asText());
        assertEquals("PT336H", json(desk).at("/policies/1/policy/minimumAge").asText());
        assertEquals("Europe/Berlin", json(desk).at("/policies/1/policy/zone").asText());
        assertTrue(json(desk).at("/policies/0/scope/vault").isNull());
    }

    @Test
    void previewHasCodesAndPeriodsForMachinesAndSentencesForPeople() throws Exception {
        Desk desk = Desk.script();
        desk.run("retention-preview", "main", "--json");
        JsonNode verdict = json(desk).at("/machines/0/versions/1");
        assertFalse(verdict.at("/kept").asBoolean());
        assertEquals("NOT_DAILY", verdict.at("/reasons/0/code").asText());
        assertEquals("2026-11-20", verdict.at("/reasons/0/period").asText());
        desk.screen = FakeScreen.script();
        desk.retention.doubt = "DPL-RET-0001: The clock says so. Correct it.";
        assertEquals(0, desk.run("retention-preview", "main"));
        assertTrue(desk.screen.outText().contains("dropped  2026-11-20 is before the 7 newest days\n"));
        assertTrue(desk.screen.outText().endsWith("Vault 'main': 1 version kept, 1 dropped.\n"));
        assertEquals(
                "Nothing is dropped while the clock is in doubt. DPL-RET-0001: The clock says so. Correct it.\n",
                desk.screen.errText());
    }

    @Test
    void reasonsThatDoNotFitTakeMoreLinesAndAreNotCut() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.run("retention-preview", "main");
        assertEquals(
                List.of(
                        "VERSION       TAKEN                RESULT   WHY",
                        "7c1e55d0a1b2  2026-11-21 12:00:00  kept     last 1 of 3; daily 2026-11-21, still",
                        "                                            running",
                        "05aa90b7ffee  2026-11-20 12:00:00  dropped  2026-11-20 is before the 7 newest",
                        "                                            days"),
                desk.screen.outLines().subList(1, 6));
    }

    @Test
    void pinTellsWhoIsLoggedIn() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("version-pin", "7c1e", "--reason", "for the audit"));
        Pin pin = desk.retention.pins.get(1);
        assertEquals(List.of("for the audit", "admin"), List.of(pin.reason(), pin.by()));
        assertEquals(0, desk.run("version-unpin", "7c1e"));
        assertEquals(1, desk.retention.pins.size());
    }

    @Test
    void removingAsksAndAMachineIsRemovedWithItsNewest() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.screen.answers.add(false);
        assertEquals(1, desk.run("version-remove", "05aa"));
        assertEquals(
                "Remove version 05aa90b7ffee0123 of lab/web, taken 2026-11-20 12:00:00? (yes/no) \n",
                desk.screen.outText());
        assertFalse(desk.retention.newestToo);
        assertEquals(List.of(), desk.retention.removed);

        Desk script = Desk.script();
        assertEquals(1, script.run("version-remove", "05aa", "--json"));
        assertTrue(script.screen.errText().startsWith("DPL-SHL-0002"), script.screen.errText());
        assertEquals(1, script.run("version-remove", "--machine", "other/web", "--vault", "main", "--yes"));
        assertEquals(0, script.run("version-remove", "--machine", "lab/web", "--vault", "main", "--yes"));
        assertEquals(List.of("7c1e55d0a1b2c3d4", "05aa90b7ffee0123"), script.retention.removed);
        assertTrue(script.retention.newestToo);
        assertEquals(0, script.run("version-remove", "7c1e", "--newest", "--yes"));
    }

    /** Versions of a machine that had the name before belong to another machine. */
    @Test
    void aMachineIsRemovedWithAllItsVersionsAndNoOthers() throws Exception {
        Desk desk = Desk.script();
        desk.vaults.versions.add(FakeVaults.version(
                "99aa90b7ffee0123", "web", FakeInventory.NOON.minusSeconds(9), VersionView.Health.VALID));
        assertEquals(0, desk.run("version-remove", "--machine", "lab/web", "--vault", "main", "--yes"));
        assertEquals(List.of("7c1e55d0a1b2c3d4", "05aa90b7ffee0123"), desk.retention.removed);
        desk.retention.machines = 2;
        assertEquals(1, desk.run("version-remove", "--machine", "lab/web", "--vault", "main", "--yes"));
        assertTrue(
                desk.screen.errText().contains("'lab/web' is the name of 2 machines; give an id: id1, id2"),
                desk.screen.errText());
        assertEquals(2, desk.retention.removed.size());
    }

    @Test
    void clearingAndAcceptingTheClockAsk() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.screen.answers.addAll(List.of(false, true, false, true));
        assertEquals(1, desk.run("retention-clear", "--vault", "main"));
        assertEquals(3, desk.retention.policies.size());
        assertEquals(0, desk.run("retention-clear", "--vault", "main"));
        assertEquals(2, desk.retention.policies.size());
        assertEquals(1, desk.run("retention-accept-clock", "main"));
        assertFalse(desk.retention.accepted);
        assertEquals(0, desk.run("retention-accept-clock", "main"));
        assertTrue(desk.retention.accepted);
        assertTrue(desk.screen.outText().contains("The server's clock says 2026-11-21 12:00:00. Is that right?"));
    }
}
