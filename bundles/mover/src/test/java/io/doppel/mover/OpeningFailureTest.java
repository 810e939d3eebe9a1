package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.WriteSession;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Openings and closings that fail on the way: the next one finds everything, as if there had been none. */
class OpeningFailureTest {
    @TempDir
    Path state;

    @TempDir
    Path copies;

    private final MemoryStorage.Content content = new MemoryStorage.Content();

    /** A version, and packs that no index segment tells of because the process died. */
    @BeforeEach
    void crash() throws Exception {
        try (Vault vault = Rig.create(new MemoryStorage(content, false), state)) {
            Rig.backup(vault, new Bytes(Bytes.made(1, 1_000_000)));
        }
        FailpointStorage dying = new FailpointStorage(new MemoryStorage(content, false));
        byte[] chunk = Bytes.made(2, 200_000);
        assertThrows(FailpointStorage.Crash.class, () -> {
            try (Vault vault = Rig.open(dying, state);
                    WriteSession session = vault.begin();
                    WriteSession.Lane lane = session.lane()) {
                lane.store(chunk, 0, chunk.length);
                session.flush();
                dying.failAt(o -> true, When.BEFORE, Effect.CRASH);
            }
        });
    }

    /** At every operation, one after the other, each time beginning from the crash. */
    @ParameterizedTest
    @EnumSource(
            value = Effect.class,
            names = {"FAIL", "ERROR"})
    void thePacksThatACrashLeftAreFoundAfterAnotherFailure(Effect effect) throws Exception {
        int failed = 0;
        boolean struck = true;
        for (int at = 0; struck; at++) {
            MemoryStorage.Content target = content.copy();
            Path folder = copyOfState();
            FailpointStorage troubled = new FailpointStorage(new MemoryStorage(target, false));
            troubled.failAt(at, When.BEFORE, effect);
            failed += opensAndCloses(troubled, folder) ? 0 : 1;
            struck = troubled.struck().isPresent();
            try (Vault vault = Rig.open(new MemoryStorage(target, false), folder)) {
                assertEquals(packBytes(target), vault.packBytes(), () -> "after " + troubled.struck());
            }
        }
        assertTrue(failed > 30, failed + " points");
    }

    private static boolean opensAndCloses(FailpointStorage troubled, Path folder) {
        try (Vault vault = Rig.open(troubled, folder)) {
            return true;
        } catch (DoppelException | InternalError e) {
            assertTrue(troubled.struck().isPresent(), e::toString);
            return false;
        }
    }

    private static long packBytes(MemoryStorage.Content target) {
        return target.names().stream()
                .filter(n -> n.startsWith("data/") || n.startsWith("tree/"))
                .mapToLong(n -> target.bytes(n).orElseThrow().length)
                .sum();
    }

    private Path copyOfState() throws IOException {
        Path folder = Files.createTempDirectory(copies, "state");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(state)) {
            for (Path file : files) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return folder;
    }
}
