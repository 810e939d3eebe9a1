package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.FailpointStorage.Crash;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.When;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailpointStorageTest {
    private final MemoryStorage memory = new MemoryStorage();
    private final FailpointStorage storage = new FailpointStorage(memory);

    /** PUT 0, WRITE 1 and 2, COMMIT 3. */
    private void putOne() throws DoppelException {
        StorageData.put(storage, "a", new byte[] {1, 2});
    }

    @Test
    void countsOperationsInOrder() throws Exception {
        putOne();
        StorageData.readAll(storage, "a");
        storage.list("", info -> {});
        storage.delete("a");
        assertEquals(
                List.of(Kind.PUT, Kind.WRITE, Kind.WRITE, Kind.COMMIT, Kind.STAT, Kind.READ, Kind.LIST, Kind.DELETE),
                storage.operations().stream()
                        .map(FailpointStorage.Operation::kind)
                        .toList());
        assertEquals(7, storage.operations().get(7).number());
    }

    @Test
    void failureBeforeKeepsTheTargetUnchangedAndPasses() throws Exception {
        storage.failAt(3, When.BEFORE, Effect.FAIL);
        StorageData.expect(StorageError.IO, "failpoint", this::putOne);
        assertEquals(Set.of(), memory.content().names());
        putOne();
        assertEquals(Set.of("a"), memory.content().names());
    }

    @Test
    void failureAfterHasTakenEffect() {
        storage.failAt(3, When.AFTER, Effect.FAIL);
        StorageData.expect(StorageError.IO, "failpoint", this::putOne);
        assertArrayEquals(new byte[] {1, 2}, memory.content().bytes("a").orElseThrow());
    }

    @Test
    void nothingPassesAfterACrash() {
        storage.failAt(3, When.BEFORE, Effect.CRASH);
        assertThrows(Crash.class, this::putOne);
        assertTrue(storage.crashed());
        assertThrows(Crash.class, this::putOne);
        assertThrows(Crash.class, () -> storage.delete("a"));
        assertEquals(Set.of(), memory.content().names());
    }

    @Test
    void crashAfterCommitLeavesTheObject() {
        storage.failAt(3, When.AFTER, Effect.CRASH);
        assertThrows(Crash.class, this::putOne);
        assertEquals(Set.of("a"), memory.content().names());
    }

    @Test
    void anErrorStrikesOnce() throws Exception {
        storage.failAt(3, When.BEFORE, Effect.ERROR);
        assertThrows(InternalError.class, this::putOne);
        assertEquals(Set.of(), memory.content().names());
        putOne();
        assertEquals(Set.of("a"), memory.content().names());
    }

    @Test
    void strikesOnceAtTheFirstOperationThatFits() throws Exception {
        storage.failAt(o -> o.kind() == Kind.COMMIT && o.folder().equals("b"), When.BEFORE, Effect.FAIL);
        putOne();
        assertEquals(Optional.empty(), storage.struck());
        StorageData.expect(StorageError.IO, "failpoint", () -> StorageData.put(storage, "b/1", new byte[] {1, 2}));
        assertEquals("b/1", storage.struck().orElseThrow().name());
        StorageData.put(storage, "b/2", new byte[] {1, 2});
        assertEquals(Set.of("a", "b/2"), memory.content().names());
    }

    @Test
    void theActionOfACrashSeesWhatIsThereThen() {
        List<Set<String>> seen = new ArrayList<>();
        storage.onCrash(() -> seen.add(memory.content().names()));
        storage.failAt(3, When.AFTER, Effect.CRASH);
        assertThrows(Crash.class, this::putOne);
        assertThrows(Crash.class, this::putOne);
        assertEquals(List.of(Set.of("a")), seen);
    }

    @Test
    void fullFailsWritesUntilThereIsSpaceAgain() throws Exception {
        storage.fullAfter(1);
        StorageData.expect(StorageError.FULL, "failpoint", this::putOne);
        StorageData.expect(StorageError.FULL, "failpoint", this::putOne);
        assertEquals(Set.of(), memory.content().names());
        storage.fullAfter(Long.MAX_VALUE);
        putOne();
        assertEquals(Set.of("a"), memory.content().names());
    }
}
