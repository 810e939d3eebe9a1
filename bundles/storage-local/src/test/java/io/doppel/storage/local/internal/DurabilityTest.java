package io.doppel.storage.local.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a caller may rely on is lost when the power goes, and every single sync is needed for that. */
class DurabilityTest {
    @TempDir
    Path temp;

    private final RecordingOps ops = new RecordingOps();
    private Path base;
    private Path vault;

    @BeforeEach
    void findBase() throws Exception {
        base = temp.toRealPath();
        vault = base.resolve("vault");
    }

    private void put(FolderStorage storage, String name, byte... content) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            for (byte b : content) {
                writer.write(new byte[] {b}, 0, 1);
            }
            writer.commit();
            ops.mark(Op.Kind.RELIED_ON, vault.resolve(name), content);
        }
    }

    private void deleteObject(FolderStorage storage, String name) throws DoppelException {
        ops.mark(Op.Kind.UNCERTAIN, vault.resolve(name), null);
        storage.delete(name);
        ops.mark(Op.Kind.GONE, vault.resolve(name), null);
    }

    private static List<Op> without(List<Op> log, int index) {
        List<Op> rest = new ArrayList<>(log);
        rest.remove(index);
        return rest;
    }

    /** Checks that the operations lose nothing, and that they would if any one sync among the last ones were left out. */
    private void checkEverySyncMatters(List<Op> log, int from) {
        assertEquals(Optional.empty(), PowerCut.findLoss(base, log));
        int syncs = 0;
        for (int i = from; i < log.size(); i++) {
            if (log.get(i).kind().isSync()) {
                syncs++;
                assertTrue(
                        PowerCut.findLoss(base, without(log, i)).isPresent(),
                        "nothing is lost without " + i + " " + log.get(i).shown(base));
            }
        }
        assertTrue(syncs > 0, "no sync at all");
    }

    @Test
    void theOrderIsWriteSyncLinkSyncRemove() throws Exception {
        try (FolderStorage storage = FolderStorage.open(vault, ops)) {
            put(storage, "first", (byte) 1);
            int from = ops.log().size();
            put(storage, "a/b/one", (byte) 1, (byte) 2);
            String one = ops.log().get(from).path().getFileName().toString();
            assertEquals(
                    List.of(
                            "CREATE vault/.tmp/" + one,
                            "WRITE vault/.tmp/" + one,
                            "WRITE vault/.tmp/" + one,
                            "SYNC_FILE vault/.tmp/" + one,
                            "MAKE_FOLDER vault/a",
                            "SYNC_FOLDER vault",
                            "MAKE_FOLDER vault/a/b",
                            "SYNC_FOLDER vault/a",
                            "LINK vault/.tmp/" + one,
                            "SYNC_FOLDER vault/a/b",
                            "REMOVE vault/.tmp/" + one,
                            "RELIED_ON vault/a/b/one"),
                    shown(from));
            int second = ops.log().size();
            put(storage, "a/b/two", (byte) 3);
            String two = ops.log().get(second).path().getFileName().toString();
            assertEquals(
                    List.of(
                            "CREATE vault/.tmp/" + two,
                            "WRITE vault/.tmp/" + two,
                            "SYNC_FILE vault/.tmp/" + two,
                            "LINK vault/.tmp/" + two,
                            "SYNC_FOLDER vault/a/b",
                            "REMOVE vault/.tmp/" + two,
                            "RELIED_ON vault/a/b/two"),
                    shown(second),
                    "folders known to be durable are not synced again");
        }
    }

    private List<String> shown(int from) {
        return ops.log().subList(from, ops.log().size()).stream()
                .map(op -> op.shown(base))
                .toList();
    }

    @Test
    void nothingCommittedIsLostAndEverySyncMatters() throws Exception {
        try (FolderStorage storage = FolderStorage.open(vault, ops)) {
            put(storage, "a/b/one", (byte) 1, (byte) 2, (byte) 3);
            put(storage, "a/b/two", (byte) 4);
            put(storage, "a/c/three", (byte) 5, (byte) 6);
            put(storage, "top", (byte) 7);
            deleteObject(storage, "a/b/two");
            ops.mark(Op.Kind.UNCERTAIN, vault.resolve("a/b/two"), null);
            put(storage, "a/b/two", (byte) 8, (byte) 9);
        }
        checkEverySyncMatters(ops.log(), 0);
    }

    @Test
    void abortedObjectsNeverShow() throws Exception {
        try (FolderStorage storage = FolderStorage.open(vault, ops)) {
            put(storage, "kept", (byte) 1);
            ObjectWriter writer = storage.put("dropped");
            writer.write(new byte[] {1, 2}, 0, 2);
            writer.close();
            ops.mark(Op.Kind.GONE, vault.resolve("dropped"), null);
        }
        assertEquals(Optional.empty(), PowerCut.findLoss(base, ops.log()));
    }

    @Test
    void anObjectReportedAsExistingIsDurable() throws Exception {
        try (FolderStorage storage = FolderStorage.open(vault, ops)) {
            put(storage, "a/other", (byte) 9);
            CountDownLatch linked = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            AtomicReference<Thread> slow = new AtomicReference<>();
            ops.before(op -> {
                if (op.kind() == Op.Kind.SYNC_FOLDER && Thread.currentThread() == slow.get()) {
                    linked.countDown();
                    await(goOn);
                }
            });
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> {
                slow.set(Thread.currentThread());
                try {
                    put(storage, "a/raced", (byte) 1, (byte) 2);
                } catch (DoppelException e) {
                    throw new IllegalStateException(e);
                }
            });
            await(linked);
            int from = ops.log().size();
            DoppelException e = assertThrows(DoppelException.class, () -> put(storage, "a/raced", (byte) 3, (byte) 4));
            assertTrue(e.is(StorageError.EXISTS), e.getMessage());
            ops.mark(Op.Kind.RELIED_ON, vault.resolve("a/raced"), new byte[] {1, 2});
            List<Op> log = ops.log();
            goOn.countDown();
            first.get(30, TimeUnit.SECONDS);
            // The loser's own temporary file is synced before it knows that it lost; only what follows is at stake.
            int sync = lastSync(log);
            assertTrue(sync > from);
            assertEquals(Optional.empty(), PowerCut.findLoss(base, log));
            assertTrue(PowerCut.findLoss(base, without(log, sync)).isPresent());
        }
    }

    private static int lastSync(List<Op> log) {
        for (int i = log.size() - 1; i >= 0; i--) {
            if (log.get(i).kind().isSync()) {
                return i;
            }
        }
        throw new AssertionError("no sync");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS), "the other thread does not come");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A writer was killed between naming its object and syncing the name: the object shows, so it must be made durable. */
    @Test
    void whatAKilledWriterNamedIsMadeDurableAtOpen() throws Exception {
        Path object = vault.resolve("a/b/object");
        Path left = vault.resolve(".tmp/dead-session.1");
        ops.makeFolder(vault);
        ops.makeFolder(vault.resolve("a"));
        ops.makeFolder(vault.resolve("a/b"));
        ops.makeFolder(vault.resolve(".tmp"));
        try (FileOps.NewFile file = ops.create(left)) {
            file.write(new byte[] {1, 2}, 0, 2);
            file.sync();
        }
        ops.link(left, object);
        int from = ops.log().size();
        try (FolderStorage storage = FolderStorage.open(vault, ops)) {
            assertTrue(storage.stat("a/b/object").isPresent());
            ops.mark(Op.Kind.RELIED_ON, object, new byte[] {1, 2});
        }
        assertFalse(Files.exists(left));
        checkEverySyncMatters(ops.log(), from);
    }
}
