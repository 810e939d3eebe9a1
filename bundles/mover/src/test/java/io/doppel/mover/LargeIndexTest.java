package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.Operation;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.WriteSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** So many chunks that they do not go into one index segment: while they are stored, and when the index is lost. */
class LargeIndexTest {
    private static final int SESSIONS = 10;
    private static final int CHUNKS = 8000;

    @TempDir
    Path temp;

    private final MemoryStorage.Content content = new MemoryStorage().content();
    private Path state;

    @BeforeEach
    void storeMuch() throws Exception {
        state = temp.resolve("state");
        Rig.create(new MemoryStorage(content, false), state).close();
        Vault vault = Rig.open(new MemoryStorage(content, false), state);
        assertTrue(stored(vault, SESSIONS) > SESSIONS * CHUNKS);
        assertTrue(names("index/").size() > 1, "a segment was written before the vault was closed");
        vault.close();
    }

    private Set<String> names(String prefix) {
        return content.names().stream().filter(n -> n.startsWith(prefix)).collect(Collectors.toSet());
    }

    /** Stores so many sessions' chunks; how many bytes were new. */
    private static long stored(Vault vault, int sessions) throws Exception {
        long stored = 0;
        for (int s = 0; s < sessions; s++) {
            try (WriteSession session = vault.begin()) {
                WriteSession.Lane lane = session.lane();
                for (int i = 0; i < CHUNKS; i++) {
                    byte[] chunk = Bytes.made(s * CHUNKS + i, 100);
                    ByteBuffer.wrap(chunk).putInt(s).putInt(i);
                    lane.store(chunk, 0, chunk.length);
                }
                lane.close();
                session.flush();
                stored += session.storedBytes();
            }
        }
        return stored;
    }

    private void loseTheIndex() throws IOException {
        names("index/").forEach(content::remove);
        Path local = state.resolve("index");
        try (Stream<Path> files = Files.walk(local)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void everythingIsFoundAgain() throws Exception {
        try (Vault vault = Rig.open(new MemoryStorage(content, false), state)) {
            assertEquals(0, stored(vault, SESSIONS));
        }
    }

    @Test
    void aLostIndexIsMadeAgain() throws Exception {
        int lost = names("index/").size();
        loseTheIndex();
        try (Vault vault = Rig.open(new MemoryStorage(content, false), state)) {
            assertEquals(lost, vault.warnings().size());
            assertEquals(0, stored(vault, SESSIONS));
        }
        try (Vault vault = Rig.open(new MemoryStorage(content, false), state)) {
            assertEquals(List.of(), vault.warnings());
            assertEquals(0, stored(vault, SESSIONS));
        }
    }

    @Test
    void aRebuildThatIsKilledGoesOnWhereItWas() throws Exception {
        loseTheIndex();
        FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false));
        int[] heads = {0};
        Path atDeath = temp.resolve("at-death");
        storage.failAt(o -> isHead(o) && ++heads[0] == 1, When.AFTER, Effect.CRASH)
                .onCrash(() -> copyKey(atDeath));
        assertThrows(FailpointStorage.Crash.class, () -> throwCrash(() -> Rig.open(storage, state)));
        assertEquals(1, names("index/").size());
        FailpointStorage counting = new FailpointStorage(new MemoryStorage(content, false));
        try (Vault vault = Rig.open(counting, atDeath)) {
            long footers = counting.operations().stream()
                    .filter(o -> o.kind() == Kind.READ && o.folder().equals("data"))
                    .map(Operation::name)
                    .distinct()
                    .count();
            assertTrue(footers > 0 && footers <= SESSIONS / 2, footers + " footers were read again");
            assertEquals(0, stored(vault, SESSIONS));
        }
        try (Vault vault = Rig.open(new MemoryStorage(content, false), atDeath)) {
            assertEquals(List.of(), vault.warnings());
        }
    }

    @Test
    void aRebuildThatFailsGoesOnTooThoughTheLeaseIsReleased() throws Exception {
        loseTheIndex();
        FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false));
        int[] reads = {0};
        // the last of the four reads of the last footer
        storage.failAt(
                o -> o.kind() == Kind.READ && o.folder().equals("data") && ++reads[0] == SESSIONS * 4,
                When.BEFORE,
                Effect.ERROR);
        assertThrows(InternalError.class, () -> Rig.open(storage, state));
        assertTrue(storage.struck().isPresent() && names("index/").size() > 0, "most of it was done");
        try (Vault vault = Rig.open(new MemoryStorage(content, false), state)) {
            assertEquals(0, stored(vault, SESSIONS));
        }
    }

    private static boolean isHead(Operation o) {
        return o.kind() == Kind.COMMIT && o.folder().equals("heads");
    }

    private interface Opening {
        Vault open() throws Exception;
    }

    /** A crash in a helper's thread arrives as the cause. */
    private static void throwCrash(Opening opening) throws Throwable {
        try {
            opening.open().close();
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw cause;
        }
    }

    private void copyKey(Path to) {
        try {
            Files.createDirectories(to);
            for (String name : List.of("machine.key", "lease.json", "seen.json")) {
                if (Files.exists(state.resolve(name))) {
                    Files.copy(state.resolve(name), to.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whoOnlyReadsFindsEverythingWithoutTheIndexToo() throws Exception {
        char[] key;
        String version;
        byte[] disk = Bytes.made(1, 300_000);
        try (Vault vault = Rig.open(new MemoryStorage(content, false), state)) {
            key = vault.recoveryKey();
            version = Rig.backup(vault, new Bytes(disk)).id();
        }
        loseTheIndex();
        MemoryStorage storage = new MemoryStorage(content, false);
        Path reader = temp.resolve("reader");
        try (Vault vault = Vault.open(storage, reader, Rig.OWNER, VaultAccess.READ_ONLY, key)) {
            assertArrayEquals(disk, Rig.restore(vault, version));
            assertEquals(Set.of(), names("index/"), "who only reads writes nothing");
        }
    }

    @Test
    void aReaderFollowsAMergeThatDeletesWhatItsHeadLists() throws Exception {
        try (Vault owner = Rig.open(new MemoryStorage(content, false), state)) {
            FailpointStorage between = new FailpointStorage(new MemoryStorage(content, false));
            int had = names("index/").size();
            // once the reader has read the head, and before it looks for segments, the owner merges them all
            boolean[] merged = {false};
            between.failAt(
                    o -> {
                        if (o.kind() == Kind.LIST && o.name().equals("index") && !merged[0]) {
                            merged[0] = true;
                            mergeAll(owner);
                        }
                        return false;
                    },
                    When.BEFORE,
                    Effect.FAIL);
            Path reader = temp.resolve("reader");
            try (Vault vault = Vault.open(between, reader, Rig.OWNER, VaultAccess.READ_ONLY, owner.recoveryKey())) {
                assertTrue(merged[0] && names("index/").size() < had + 8);
                assertEquals(List.of(), vault.warnings());
                assertEquals(owner.versionIds(), vault.versionIds());
            }
        }
    }

    private static void mergeAll(Vault owner) {
        try {
            for (int i = 0; i < 8; i++) {
                Rig.backup(owner, new Bytes(Bytes.made(100 + i, 10_000)));
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        owner.awaitMerge();
    }
}
