package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryCommandsTest {
    @TempDir
    Path folder;

    private String file;

    @BeforeEach
    void writeKey() throws Exception {
        file = Files.writeString(folder.resolve("key"), "the recovery key\n").toString();
    }

    @Test
    void theCopiesAreShownBeforeAnythingIsDone() throws Exception {
        Desk desk = Desk.terminal(200);
        assertEquals(0, desk.run("recover", "local", "--set", "path=/v", "--list", "--passphrase-file", file));
        String out = desk.screen.outText();
        assertTrue(out.contains("00000003.0000002a") && out.contains("server-1") && out.contains("120 versions"), out);
        assertTrue(out.contains("DPL-VLT-0009"), out);
        assertEquals("the recovery key", desk.recovery.passphrase);
        assertNull(desk.recovery.last);
    }

    @Test
    void aYesIsNeeded() throws Exception {
        Desk desk = Desk.script();
        assertEquals(1, desk.run("recover", "local", "--set", "path=/v", "--passphrase-file", file, "--json"));
        assertTrue(desk.screen.errText().startsWith(ShellError.NEEDS_YES.id()), desk.screen.errText());
        assertNull(desk.recovery.last);
    }

    @Test
    void whatWasRecoveredIsTold() throws Exception {
        Desk desk = Desk.terminal(200);
        desk.screen.redraws = false;
        assertEquals(0, desk.run("recover", "local", "--set", "path=/v", "--passphrase-file", file, "--yes"));
        String out = desk.screen.outText();
        assertTrue(out.contains("Opening the vault ...\n") && out.contains("Waiting ...\n"), out);
        assertTrue(out.contains("Server 'server-1' was recovered"), out);
        assertTrue(out.contains("not usable") && out.contains("Keep the lost server off."), out);
        assertEquals(Optional.empty(), desk.recovery.last.copy());
        assertTrue(!desk.recovery.last.force() && !desk.recovery.last.replace());
    }

    @Test
    void optionsArriveAndJsonIsTheReport() throws Exception {
        Desk desk = Desk.script();
        assertEquals(
                0,
                desk.run(
                        "recover",
                        "local",
                        "--set",
                        "path=/v",
                        "--passphrase-file",
                        file,
                        "--yes",
                        "--copy",
                        "00000003.0000002a",
                        "--replace-existing",
                        "--cut-off-living",
                        "--json"));
        JsonNode report = new ObjectMapper().readTree(desk.screen.outText());
        assertEquals(2, report.path("vaults").size());
        assertEquals(120, report.at("/copy/counts/versions").asInt());
        assertEquals(Optional.of("00000003.0000002a"), desk.recovery.last.copy());
        assertTrue(desk.recovery.last.force() && desk.recovery.last.replace());
    }

    @Test
    void ctrlCEndsIt() throws Exception {
        Desk desk = Desk.terminal(120);
        desk.screen.typedInterrupts.add(true);
        assertEquals(1, desk.run("recover", "local", "--set", "path=/v", "--passphrase-file", file, "--yes"));
        assertTrue(desk.screen.errText().contains("DPL-API-0004"), desk.screen.errText());
    }

    @Test
    void statusAndCopy() throws Exception {
        Desk desk = Desk.terminal(200);
        assertEquals(0, desk.run("recovery-status"));
        String out = desk.screen.outText();
        assertTrue(out.contains("not copied yet") && out.contains("DPL-STO-0001"), out);
        assertEquals(0, desk.run("recovery-copy", "main"));
        assertTrue(desk.screen.outText().contains("00000003.0000002a"), desk.screen.outText());
        assertEquals(1, desk.run("recovery-copy", "nothing"));
    }
}
