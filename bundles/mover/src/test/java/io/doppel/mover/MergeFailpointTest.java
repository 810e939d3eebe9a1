package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.Operation;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VerifyReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fault at any operation of a merge of index segments costs nothing that was stored: neither when the process dies nor when it goes on.
 * Every twelfth of the faults, or all with {@code -Ddoppel.failpoints.all=true}.
 */
class MergeFailpointTest {
    private static final int BEFORE_MERGE = 7;

    @TempDir
    Path temp;

    private final MemoryStorage.Content before = new MemoryStorage().content();
    private final Map<String, byte[]> versions = new LinkedHashMap<>();
    private Path stateBefore;
    private int folders;

    @BeforeEach
    void sevenSegments() throws Exception {
        stateBefore = temp.resolve("before");
        try (Vault vault = Rig.create(new MemoryStorage(before, false), stateBefore)) {
            for (int i = 0; i < BEFORE_MERGE; i++) {
                backup(vault, i, versions);
            }
        }
        assertEquals(BEFORE_MERGE, segments(before));
    }

    private static void backup(Vault vault, int seed, Map<String, byte[]> into) throws Exception {
        byte[] disk = Bytes.made(seed + 1, 50_000);
        into.put(Rig.backup(vault, new Bytes(disk)).id(), disk);
    }

    private static long segments(MemoryStorage.Content content) {
        return content.names().stream().filter(n -> n.startsWith("index/")).count();
    }

    private static Predicate<Operation> ofTheMerge(int number) {
        int[] seen = {0};
        return o -> Thread.currentThread().getName().equals("doppel-vault-merge") && seen[0]++ == number;
    }

    private Path copy(Path from) {
        Path to = temp.resolve("state" + folders++);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return to;
    }

    @Test
    void anyFaultCostsNothing() throws Exception {
        boolean all = Boolean.getBoolean("doppel.failpoints.all");
        int number = 0;
        boolean reached = true;
        for (; reached; number += all ? 1 : 3) {
            reached = false;
            for (int kind = 0; kind < 4; kind++) {
                if (all || kind == number % 4) {
                    When side = kind % 2 == 0 ? When.BEFORE : When.AFTER;
                    Effect effect = kind < 2 ? Effect.CRASH : Effect.FAIL;
                    reached |= goThrough(number, side, effect);
                }
            }
        }
        System.out.println("A merge has " + number + " operations at most");
        assertTrue(number > 30, "operations: " + number);
    }

    private boolean goThrough(int number, When side, Effect effect) throws Exception {
        MemoryStorage.Content content = before.copy();
        Path state = copy(stateBefore);
        Path[] atDeath = {state};
        Map<String, byte[]> expected = new LinkedHashMap<>(versions);
        FailpointStorage storage = new FailpointStorage(new MemoryStorage(content, false))
                .failAt(ofTheMerge(number), side, effect)
                .onCrash(() -> atDeath[0] = copy(state));
        try (Vault vault = Rig.open(storage, state)) {
            backup(vault, BEFORE_MERGE, expected);
            vault.awaitMerge();
            if (!storage.crashed()) {
                check(vault, expected);
                backup(vault, BEFORE_MERGE + 1, expected);
                vault.awaitMerge();
                check(vault, expected);
            }
        } catch (FailpointStorage.Crash e) {
            assertEquals(Effect.CRASH, effect);
        }
        String where = effect + " " + side + " operation " + number + " of the merge: " + storage.struck();
        MemoryStorage after = new MemoryStorage(content, false);
        try (Vault vault = Rig.open(after, atDeath[0])) {
            assertEquals(List.of(), vault.warnings(), where);
            check(vault, expected);
            backup(vault, BEFORE_MERGE + 2, expected);
            vault.awaitMerge();
            check(vault, expected);
            assertTrue(segments(content) < 8 + 8, where + ": " + segments(content) + " segments are left");
        }
        // another server has no local files, so that the vault's own segments are all it knows
        char[] key = key(after, atDeath[0]);
        try (Vault stranger = Vault.open(after, temp.resolve("r" + folders++), Rig.OWNER, VaultAccess.READ_ONLY, key)) {
            assertEquals(List.of(), stranger.warnings(), where);
            check(stranger, expected);
        }
        return storage.struck().isPresent();
    }

    @Test
    void aMergeBesideAVerificationIsNoDamage() throws Exception {
        char[] key = key(new MemoryStorage(before, false), stateBefore);
        FailpointStorage between = new FailpointStorage(new MemoryStorage(before, false));
        try (Vault owner = Rig.open(new MemoryStorage(before, false), stateBefore);
                Vault reader = Vault.open(between, temp.resolve("reader"), Rig.OWNER, VaultAccess.READ_ONLY, key)) {
            boolean[] merged = {false};
            between.failAt(
                    o -> {
                        if (o.kind() == Kind.LIST && o.name().equals("index") && !merged[0]) {
                            merged[0] = true;
                            merge(owner);
                        }
                        return false;
                    },
                    When.BEFORE,
                    Effect.FAIL);
            VerifyReport report = reader.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
            assertTrue(merged[0]);
            assertTrue(report.clean(), report::toString);
            assertEquals(1, segments(before));
        }
    }

    private void merge(Vault owner) {
        try {
            backup(owner, BEFORE_MERGE, versions);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        owner.awaitMerge();
    }

    private static char[] key(MemoryStorage storage, Path state) throws DoppelException {
        try (Vault vault = Rig.open(storage, state)) {
            return vault.recoveryKey();
        }
    }

    private static void check(Vault vault, Map<String, byte[]> expected) throws Exception {
        assertEquals(List.copyOf(expected.keySet()), vault.versionIds());
        for (Map.Entry<String, byte[]> e : expected.entrySet()) {
            assertArrayEquals(e.getValue(), Rig.restore(vault, e.getKey()));
        }
        VerifyReport report = vault.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
        assertTrue(report.clean(), report::toString);
    }
}
