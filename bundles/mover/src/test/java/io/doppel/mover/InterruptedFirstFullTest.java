package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionDisk;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A first full that is broken off when whole packs are durable: the next one stores only the rest. */
class InterruptedFirstFullTest {
    private static final long PACK = 64L << 20;
    private static final long SIZE = 200L << 20;
    /** Two in a thousand: tags, ids, the tree twice and the frames of packs. */
    private static final long OVERHEAD = SIZE / 500;

    @TempDir
    Path folder;

    @TempDir
    Path state;

    @Test
    void killed() throws Exception {
        try (Storage local = LocalStorage.open(folder)) {
            Rig.create(local, state).close();
        }
        AtomicLong read = new AtomicLong();
        try (FailpointStorage dying = new FailpointStorage(LocalStorage.open(folder))) {
            dying.failAt(
                    o -> o.kind() == Kind.WRITE && read.get() >= SIZE * 3 / 4 && committed(folder) >= PACK,
                    When.BEFORE,
                    Effect.CRASH);
            assertThrows(Throwable.class, () -> {
                try (Vault vault = Rig.open(dying, state)) {
                    Machine.backup(vault, Map.of("d", new NoiseDisk(SIZE, read::set)), Rig.NEVER);
                }
            });
            assertTrue(dying.crashed());
        }
        theRestIsStored();
    }

    @Test
    void cancelledAndStarted() throws Exception {
        Cancel cancel = new Cancel();
        try (Storage local = LocalStorage.open(folder);
                Vault vault = Rig.create(local, state)) {
            NoiseDisk disk = new NoiseDisk(SIZE, n -> cancel.now |= n >= SIZE * 3 / 4);
            DoppelException e =
                    assertThrows(DoppelException.class, () -> Machine.backup(vault, Map.of("d", disk), cancel));
            assertEquals(CommonError.CANCELLED.id(), e.code().id(), e.getMessage());
        }
        theRestIsStored();
    }

    private void theRestIsStored() throws Exception {
        try (Storage local = LocalStorage.open(folder);
                Vault vault = Rig.open(local, state)) {
            assertEquals(0, vault.versionIds().size());
            long durable = committed(folder);
            assertTrue(durable >= PACK, () -> durable + " bytes were durable");
            String version = Machine.backup(vault, Map.of("d", new NoiseDisk(SIZE, n -> {})), Rig.NEVER);
            long stored = committed(folder) - durable;
            System.out.println(durable + " bytes were durable, " + stored + " were stored by the next run");
            assertTrue(durable + stored <= SIZE + OVERHEAD, () -> durable + " + " + stored + " of " + SIZE);
            compare(vault, version);
            assertTrue(vault.verify(List.of(), (total, n) -> {}, Rig.NEVER).clean());
        }
    }

    private static void compare(Vault vault, String version) throws DoppelException {
        NoiseDisk source = new NoiseDisk(SIZE, n -> {});
        byte[] expected = new byte[4 << 20];
        byte[] found = new byte[4 << 20];
        try (VersionDisk disk = vault.openDisk(version, "d")) {
            assertEquals(SIZE, disk.size());
            for (long at = 0; at < SIZE; at += found.length) {
                source.read(at, expected, 0, expected.length);
                disk.read(at, found, 0, found.length);
                assertArrayEquals(expected, found);
            }
        }
    }

    /** Bytes of the packs in the folder that are listed, as a storage of its own sees them. */
    private static long committed(Path folder) {
        AtomicLong sum = new AtomicLong();
        try (Storage storage = LocalStorage.openReadOnly(folder)) {
            storage.list("data", o -> sum.addAndGet(o.size()));
            storage.list("tree", o -> sum.addAndGet(o.size()));
        } catch (DoppelException e) {
            throw new AssertionError(e);
        }
        return sum.get();
    }

    /** Says stop as soon as somebody wants it. */
    private static final class Cancel implements CancelToken {
        private volatile boolean now;

        @Override
        public boolean isCancelled() {
            return now;
        }

        @Override
        public void check() throws DoppelException {
            if (now) {
                throw new DoppelException(CommonError.CANCELLED, "stopped");
            }
        }

        @Override
        public JobService.Subscription onCancel(Runnable action) {
            return () -> {};
        }
    }
}
