package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server stalls before each single storage operation of a purge, another one takes the vault over or a clone of its machine opens it,
 * stores again what the purge is about to take away, and maybe purges itself; then the first one wakes. Nothing that counts is lost.
 */
class WakingServerTest {
    private static final VaultOwner OTHER = new VaultOwner("other", "other");
    private static final int SIZE = 400_000;

    @TempDir
    Path temp;

    private final MemoryStorage.Content made = new MemoryStorage.Content();
    private final Map<String, byte[]> kept = new LinkedHashMap<>();
    private final byte[] removed = Bytes.made(1, SIZE);
    private Path first;
    private char[] key;
    private String next;

    /** Who has the vault while the first server stalls. */
    private enum Who {
        /** Another server, by taking it over. */
        OTHER,
        /** A machine that was cloned while the first server had the vault open, which takes itself for that server. */
        CLONE
    }

    @BeforeEach
    void makeVault() throws Exception {
        first = temp.resolve("first");
        try (Vault vault = Rig.create(new MemoryStorage(made, false), first)) {
            key = vault.recoveryKey();
            String old = Rig.backup(vault, new Bytes(removed)).id();
            for (int i = 0; i < 2; i++) {
                byte[] disk = removed.clone();
                System.arraycopy(Bytes.made(50 + i, 200_000), 0, disk, 100_000 * i, 200_000);
                next = Rig.backup(vault, new Bytes(disk)).id();
                kept.put(next, disk);
            }
            vault.remove(List.of(old));
        }
    }

    private static void purge(Vault vault) throws DoppelException {
        vault.collect(new CollectOptions(0, 0), (phase, total, n) -> {}, Rig.NEVER);
    }

    @Test
    void anotherServerTookOver() throws Exception {
        everywhere(Who.OTHER, false);
    }

    @Test
    void aCloneOpenedTheVaultAndPurged() throws Exception {
        everywhere(Who.CLONE, true);
    }

    private void everywhere(Who who, boolean purging) throws Exception {
        AtomicInteger numbers = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        IntStream.range(0, 2).parallel().forEach(thread -> {
            while (!ended.get()) {
                try {
                    Scene scene = new Scene(who, purging, numbers.getAndIncrement());
                    if (!scene.play()) {
                        ended.set(true);
                    }
                    lost.addAndGet(scene.lost ? 1 : 0);
                } catch (Exception | AssertionError e) {
                    failures.add(e);
                    ended.set(true);
                }
            }
        });
        failures.forEach(Throwable::printStackTrace);
        assertEquals(List.of(), List.copyOf(failures));
        int operations = numbers.get() - 1;
        assertTrue(operations > 30, operations + " operations");
        assertTrue(lost.get() > operations / 2, lost + " purges that noticed of " + operations);
    }

    /** One purge that is stalled before one operation. */
    private final class Scene {
        private final Who who;
        private final boolean purging;
        private final int number;
        private final MemoryStorage.Content content = made.copy();
        private final Path folder = Files.createTempDirectory(temp, "scene");
        private final Path state = StateFolder.copy(first, folder.resolve("state"));
        private final Map<String, byte[]> versions = new LinkedHashMap<>(kept);
        private int seen = -1;
        private Vault second;
        private boolean lost;

        Scene(Who who, boolean purging, int number) throws IOException {
            this.who = who;
            this.purging = purging;
            this.number = number;
        }

        /** Returns whether the purge has that operation. */
        boolean play() throws Exception {
            FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false));
            try (Vault vault = Rig.open(storage, state)) {
                seen = 0;
                storage.failAt(
                        o -> {
                            if (seen++ == number) {
                                begin();
                            }
                            return false;
                        },
                        When.BEFORE,
                        Effect.FAIL);
                try {
                    purge(vault);
                } catch (DoppelException e) {
                    assertTrue(second != null && e.is(VaultError.LEASE_LOST), e.getMessage());
                    lost = true;
                }
                if (second == null) {
                    return false;
                }
                // and does not rest
                assertLost(() -> Rig.backup(vault, new Bytes(removed)));
                assertLost(() -> vault.remove(List.of(next)));
                assertLost(() -> purge(vault));
            } finally {
                if (second != null) {
                    assertSound(second);
                    second.close();
                }
            }
            assertSoundAfterwards();
            return true;
        }

        private void begin() {
            try {
                Path own = folder.resolve("second");
                Storage storage = new MemoryStorage(content, false);
                if (who == Who.CLONE) {
                    second = Rig.open(storage, StateFolder.copy(state, own));
                } else {
                    second = Vault.open(storage, own, OTHER, VaultAccess.TAKE_OVER, key.clone());
                }
                versions.put(Rig.backup(second, new Bytes(removed)).id(), removed);
                if (purging) {
                    second.remove(List.of(next));
                    versions.remove(next);
                    purge(second);
                }
            } catch (DoppelException e) {
                throw new AssertionError(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** In the eyes of the first server when it takes over again, which purges, and of a reader that never saw the vault. */
        private void assertSoundAfterwards() throws Exception {
            Storage storage = new MemoryStorage(content, false);
            try (Vault vault = Vault.open(storage, state, Rig.OWNER, VaultAccess.TAKE_OVER, new char[0])) {
                purge(vault);
                assertSound(vault);
            }
            try (Vault reader =
                    Vault.open(storage, folder.resolve("reader"), OTHER, VaultAccess.READ_ONLY, key.clone())) {
                assertSound(reader);
            }
        }

        private void assertSound(Vault vault) throws DoppelException {
            String where = who + ", operation " + number;
            assertEquals(List.of(), vault.warnings(), where);
            assertEquals(List.copyOf(versions.keySet()), vault.versionIds(), where);
            for (Map.Entry<String, byte[]> v : versions.entrySet()) {
                assertArrayEquals(v.getValue(), Rig.restore(vault, v.getKey()), where);
            }
            var report = vault.verify(List.of(), (total, n) -> {}, Rig.NEVER);
            assertTrue(report.clean(), () -> where + ": " + report);
        }

        private void assertLost(Executable work) {
            DoppelException e = assertThrows(DoppelException.class, work);
            assertTrue(e.is(VaultError.LEASE_LOST), e.getMessage());
        }
    }

    @Test
    void aCloneOfLongAgoIsRefusedWhileTheVaultIsOpen() throws Exception {
        Path clone = StateFolder.copy(first, temp.resolve("clone"));
        Storage storage = new MemoryStorage(made, false);
        try (Vault vault = Rig.open(storage, first)) {
            DoppelException e = assertThrows(DoppelException.class, () -> Rig.open(storage, clone));
            assertTrue(e.is(VaultError.HELD), e.getMessage());
            Rig.backup(vault, new Bytes(removed));
            purge(vault);
        }
        try (Vault vault = Rig.open(storage, clone)) {
            purge(vault);
            assertEquals(3, vault.versionIds().size());
            assertTrue(vault.verify(List.of(), (total, n) -> {}, Rig.NEVER).clean());
            DoppelException e = assertThrows(DoppelException.class, () -> Rig.open(storage, first));
            assertTrue(e.is(VaultError.HELD), e.getMessage());
        }
    }
}
