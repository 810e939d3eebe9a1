package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.api.vault.KeySlotView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCommandsTest {
    private static final String SECRET = "a new passphrase";

    @TempDir
    Path folder;

    private final ObjectMapper mapper = new ObjectMapper();

    private static void assertToldNobody(Desk desk) {
        String all = desk.screen.outText() + desk.screen.errText();
        assertFalse(all.contains(SECRET), all);
        assertArrayEquals(new char[SECRET.length()], desk.vaults.lastPassphraseArray, "it is not cleared");
    }

    @Test
    void theListNamesWhatIsWrong() throws Exception {
        Desk desk = Desk.terminal(120);
        assertEquals(0, desk.run("key-list", "main"));
        List<String> lines = desk.screen.outLines();
        assertEquals(6, lines.size());
        assertTrue(lines.get(1).contains("key file") && lines.get(1).contains("this server's own"), lines.get(1));
        assertTrue(lines.get(4).contains("forged or damaged"), lines.get(4));
        assertTrue(lines.get(5).contains("damaged"), lines.get(5));
    }

    @Test
    void theListAsJson() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("key-list", "main", "--json"));
        JsonNode slots = mapper.readTree(desk.screen.outText());
        assertEquals("4be1a09c00000001", slots.at("/0/id").asText());
        assertEquals("MACHINE", slots.at("/0/kind").asText());
        assertTrue(slots.at("/0/own").asBoolean());
        assertTrue(slots.at("/0/signatureRight").asBoolean());
        assertEquals("2026-11-21T12:00:00Z", slots.at("/0/created").asText());
        assertFalse(slots.at("/3/signatureRight").asBoolean());
        assertTrue(slots.at("/4/created").isNull());
    }

    @Test
    void aPassphraseIsTypedTwiceAndUnseen() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.screen.secrets.addAll(List.of(SECRET, SECRET));
        assertEquals(0, desk.run("key-add", "main", "--label", "carl"));
        assertEquals(SECRET, desk.vaults.lastPassphrase);
        assertTrue(desk.screen.outText().startsWith("New passphrase: \nThe same once more: \n"));
        assertToldNobody(desk);
        desk.screen.secrets.addAll(List.of(SECRET, "another"));
        assertEquals(1, desk.run("key-passwd", "main", "carl"));
        assertTrue(desk.screen.errText().contains("DPL-SHL-0007"), desk.screen.errText());
        assertEquals(6, desk.vaults.slots.size());
    }

    @Test
    void aScriptGivesItThroughInputOrAFile() throws Exception {
        Desk desk = Desk.script();
        desk.screen.input.add(SECRET);
        assertEquals(0, desk.run("key-add", "main", "--label", "carl", "--passphrase-stdin", "--json"));
        assertEquals(SECRET, desk.vaults.lastPassphrase);
        assertEquals("carl", mapper.readTree(desk.screen.outText()).at("/label").asText());
        assertToldNobody(desk);
        Path file = Files.writeString(folder.resolve("secret"), SECRET + "\n");
        assertEquals(0, desk.run("key-passwd", "main", "--passphrase-file", file.toString()));
        assertEquals(SECRET, desk.vaults.lastPassphrase);
        assertToldNobody(desk);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key-add main --label carl", "key-passwd main"})
    void aScriptThatGivesNoneIsRefused(String line) throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run(line.split(" ")));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0004"), desk.screen.errText());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key-list",
                "key-add main",
                "key-add main --recovery --label x",
                "key-add main --recovery --passphrase-stdin",
                "key-add main secret --label x",
                "key-remove main",
                "key-remove main a b",
                "key-passwd",
                "key-passwd main anna secret",
                "key-rotate",
                "key-epoch main 2"
            })
    void wordsThatMakeNoSenseAreRefused(String line) throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run(line.split(" ")));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0001"), desk.screen.errText());
        assertEquals(5, desk.vaults.slots.size());
    }

    @Test
    void removingAsksAndSaysWhatItDoesNotDo() throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run("key-remove", "main", "bert"));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0002"), desk.screen.errText());
        assertEquals(0, desk.run("key-remove", "main", "bert", "--yes"));
        assertEquals("Slot 4be1a09c00000003 (passphrase 'bert') of vault 'main' was removed.\n", desk.screen.outText());
        assertTrue(desk.screen.errText().contains("can still open that copy"), desk.screen.errText());
        assertEquals(0, desk.run("key-remove", "main", "4be1a09c00000009", "--yes"));
        assertEquals(3, desk.vaults.slots.size());
    }

    @Test
    void recoverySlotRotationAndEpoch() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("key-add", "main", "--recovery"));
        assertEquals(KeySlotView.Kind.RECOVERY, desk.vaults.slots.get(5).kind());
        assertEquals(0, desk.run("key-rotate", "main"));
        assertTrue(desk.screen.outText().contains("4be1a09c00000007"));
        desk.screen = FakeScreen.script();
        assertEquals(0, desk.run("key-epoch", "main", "--json"));
        assertEquals(2, mapper.readTree(desk.screen.outText()).at("/epoch").asInt());
    }

    @Test
    void theRecoveryKeyAsJson() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("key-export", "main", "--json"));
        assertEquals(
                FakeVaults.KEY,
                mapper.readTree(desk.screen.outText()).at("/recoveryKey").asText());
    }

    /** A file that is named without its folder is not where who types it may look for it. */
    @Test
    void theWholePathOfTheRecoveryKeysFileIsTold() throws Exception {
        Desk desk = Desk.script();
        Path file = folder.resolve("key");
        Path working = Path.of("").toAbsolutePath();
        assertEquals(
                0,
                desk.run(
                        "key-export", "main", "--file", working.relativize(file).toString()));
        assertEquals("The recovery key of vault 'main' is in " + file + ".\n", desk.screen.outText());
    }
}
