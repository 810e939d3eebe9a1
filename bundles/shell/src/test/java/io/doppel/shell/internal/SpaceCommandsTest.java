package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.api.vault.StorageTestView.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpaceCommandsTest {
    private final ObjectMapper mapper = new ObjectMapper();

    @Test
    void aTestOfATargetIsShown() throws Exception {
        Desk desk = Desk.terminal(120);
        assertEquals(0, desk.run("storage-test", "local", "--set", "path=/backup/store", "--read-only"));
        assertEquals(Map.of("path", "/backup/store"), desk.storageTests.lastSettings);
        assertTrue(desk.storageTests.lastReadOnly);
        String out = desk.screen.outText();
        assertTrue(out.contains("file-system  ext4 (/dev/sdb1)"), out);
        assertTrue(out.contains("exclusive  passed  A name that is taken is refused"), out);
        assertTrue(out.contains("2.10 ms") && out.contains("9.87 ms") && out.contains("110 MiB/s"), out);
        assertTrue(out.endsWith("A vault can be kept there. Tested in 6.4 s.\n"), out);
    }

    @Test
    void aScriptSeesTheStepsAndAnUnfitTargetFails() throws Exception {
        Desk desk = Desk.script();
        desk.storageTests.verdict = Verdict.UNFIT;
        assertEquals(1, desk.run("vault-test", "main"));
        String out = desk.screen.outText();
        assertTrue(out.startsWith("Trying opening the target ...\nTrying exclusive creation ...\n"), out);
        assertTrue(out.contains("exclusive: DPL-TST-0003: An object that exists"), out);
        assertTrue(
                desk.screen.errText().startsWith("DPL-SHL-0010: No vault can be kept there."), desk.screen.errText());
    }

    @Test
    void aTestAsJson() throws Exception {
        Desk desk = Desk.script();
        desk.storageTests.verdict = Verdict.WARNINGS;
        assertEquals(0, desk.run("vault-test", "main", "--json"));
        JsonNode view = mapper.readTree(desk.screen.outText());
        assertEquals("WARNINGS", view.at("/verdict").asText());
        assertEquals("PT0.0021S", view.at("/latencies/0/median").asText());
        assertEquals(110L << 20, view.at("/throughputs/0/bytesPerSecond").asLong());
        assertEquals("PASSED", view.at("/checks/0/state").asText());
    }

    @Test
    void controlCStopsATest() throws Exception {
        Desk desk = Desk.terminal(100);
        desk.storageTests.hangs = true;
        desk.screen.typedInterrupts.add(false);
        desk.screen.typedInterrupts.add(true);
        assertEquals(1, desk.run("vault-test", "main"));
        assertTrue(desk.screen.errText().startsWith("DPL-API-0004"), desk.screen.errText());
        assertTrue(desk.screen.outText().contains("Trying exclusive creation ..."), desk.screen.outText());
    }

    @Test
    void spaceIsShownWithWhatIsWrong() throws Exception {
        Desk desk = Desk.terminal(140);
        assertEquals(0, desk.run("space-status"));
        String line = desk.screen.outLines().get(1);
        assertTrue(
                line.matches("vault/main +refusing +7\\.00 GiB +1\\.00 TiB +64\\.0 GiB +8\\.00 GiB +400 MiB +0 +local"),
                line);
        assertTrue(desk.screen.outLines().get(2).contains("never"), desk.screen.outText());
        assertTrue(
                desk.screen.errText().startsWith("vault/main (since 2026-11-21 12:00:00): DPL-SPC-0001"),
                desk.screen.errText());
        desk.screen = FakeScreen.script();
        assertEquals(0, desk.run("space-status", "--json"));
        JsonNode all = mapper.readTree(desk.screen.outText());
        assertEquals(7L << 30, all.at("/0/freeBytes").asLong());
        assertEquals("10", all.at("/0/settings/warn-percent").asText());
    }

    @Test
    void limitsAreSet() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("space-set", "vault/main", "--refuse-percent", "5", "--refuse-most=20G"));
        assertEquals(
                "The limits of 'vault/main' are refuse-most=20G refuse-percent=5 warn-most=64G warn-percent=10.\n",
                desk.screen.outText());
        assertEquals(1, desk.run("space-set", "other", "--warn-percent", "1"));
        assertTrue(desk.screen.errText().startsWith("DPL-API-0007"), desk.screen.errText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"space-set vault/main", "space-set", "space-status x", "storage-test", "vault-test"})
    void wordsThatMakeNoSenseAreRefused(String line) throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run(line.split(" ")));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0001"), desk.screen.errText());
        assertFalse(desk.screen.errText().contains("Exception"));
    }
}
