package io.doppel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstStartTest {
    @TempDir
    Path folder;

    private StateFolder state;

    @BeforeEach
    void makeFolder() throws IOException {
        state = new StateFolder(folder);
        Files.createDirectories(state.users().getParent());
    }

    @Test
    void makesEverythingOnceAndKeepsIt() throws IOException {
        Optional<String> password = new FirstStart(state).complete();
        assertTrue(password.isPresent());
        Map<Path, String> made = files();
        assertEquals(6, made.size(), made::toString);
        assertEquals(Optional.empty(), new FirstStart(state).complete());
        assertEquals(made, files());
    }

    @Test
    void completesWhatWasCutOff() throws IOException {
        new FirstStart(state).complete();
        Files.delete(state.knownHosts());
        Files.delete(state.clientKey());
        new FirstStart(state).complete();
        assertTrue(Files.exists(state.knownHosts()));
        assertTrue(Files.readString(state.clientKey()).contains("PRIVATE KEY"));
    }

    @Test
    void leavesAccountsOfPeopleAlone() throws IOException {
        Files.writeString(state.users(), "admin = {CRYPT}00{CRYPT},_g_:admingroup\n");
        assertEquals(Optional.empty(), new FirstStart(state).complete());
        assertFalse(Files.exists(state.password()));
    }

    @Test
    void nothingIsReadableByOthers() throws IOException {
        new FirstStart(state).complete();
        for (Path file : files().keySet()) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    private Map<Path, String> files() throws IOException {
        Map<Path, String> found = new HashMap<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) tree.filter(Files::isRegularFile)::iterator) {
                found.put(file, Files.readString(file));
            }
        }
        return found;
    }
}
