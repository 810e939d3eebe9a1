package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.WriteSession;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever goes wrong while a session stores, no version is published without its data, and nothing bad is reused later. */
class SessionFailureTest {
    @TempDir
    Path state;

    private final MemoryStorage storage = new MemoryStorage();
    private volatile Predicate<String> trouble = call -> false;
    private volatile Throwable what;

    /** The storage, with a failure once at a call such as {@code write tree/ab/ab12}; a writer's call does nothing then. */
    private Storage troubled() {
        return over(Storage.class, storage, "");
    }

    private <T> T over(Class<T> type, T target, String object) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (trouble.test(method.getName() + " " + object)) {
                        trouble = call -> false;
                        throw what;
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        return result instanceof ObjectWriter writer
                                ? over(ObjectWriter.class, writer, (String) arguments[0])
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private void failAt(String call, int nth, Throwable failure) {
        what = failure;
        int[] left = {nth};
        trouble = c -> c.startsWith(call) && --left[0] == 0;
    }

    @ParameterizedTest
    @CsvSource({
        "commit data/, 1, error",
        "commit tree/, 2, error",
        "commit tree/, 1, coded",
        "write data/, 5, error",
        "write data/, 9, runtime",
        "write data/, 7, coded",
        "write tree/, 3, error",
        "write tree/, 2, runtime",
        "write tree/, 5, coded",
        "write tree/, 4, coded"
    })
    void aBackupThatCannotStoreSomethingFailsAndTheNextIsWhole(String call, int nth, String kind) throws Exception {
        byte[] content = Bytes.made(3, 20_000_000);
        try (Vault vault = Rig.create(troubled(), state)) {
            failAt(
                    call,
                    nth,
                    switch (kind) {
                        case "error" -> new OutOfMemoryError("made up");
                        case "runtime" -> new IllegalStateException("made up");
                        default -> new DoppelException(StorageError.FULL, "made up");
                    });
            DoppelException failure = assertThrows(DoppelException.class, () -> Rig.backup(vault, new Bytes(content)));
            assertTrue(
                    failure.is(kind.equals("coded") ? StorageError.FULL : CommonError.INTERNAL), failure.getMessage());
            assertEquals(List.of(), vault.versionIds());

            String version = Rig.backup(vault, new Bytes(content)).id();
            assertArrayEquals(content, Rig.restore(vault, version));
        }
        try (Vault vault = Rig.open(storage, state)) {
            assertTrue(vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
        }
    }

    @Test
    void closingTheVaultEndsWhatIsStoredIntoItAndLeavesWholePacks() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        for (int round = 0; round < 10; round++) {
            Vault vault = round == 0 ? Rig.create(storage, state) : Rig.open(storage, state);
            WriteSession session = vault.begin();
            CountDownLatch started = new CountDownLatch(3);
            List<Future<?>> stores = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                WriteSession.Lane lane = session.lane();
                Random random = new Random(round * 3 + i);
                stores.add(threads.submit(() -> {
                    byte[] chunk = new byte[40_000];
                    while (true) {
                        random.nextBytes(chunk);
                        lane.store(chunk, 0, chunk.length);
                        started.countDown();
                    }
                }));
            }
            started.await();
            vault.close();
            for (Future<?> store : stores) {
                Throwable ended = assertThrows(java.util.concurrent.ExecutionException.class, store::get)
                        .getCause();
                assertTrue(ended instanceof DoppelException d && d.is(VaultError.CLOSED), () -> "" + ended);
            }
            assertTrue(assertThrows(DoppelException.class, session::lane).is(VaultError.CLOSED));
        }
        threads.shutdown();
        try (Vault vault = Rig.open(storage, state)) {
            assertEquals(List.of(), vault.warnings());
            assertTrue(vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
        }
    }

    @Test
    void aVaultWhoseSessionCannotEndWellIsReleasedAllTheSame() throws Exception {
        Vault vault = Rig.create(troubled(), state);
        WriteSession session = vault.begin();
        WriteSession.Lane lane = session.lane();
        lane.store(new byte[] {1, 2, 3}, 0, 3);
        failAt("commit data/", 1, new OutOfMemoryError("made up"));
        vault.close();
        assertTrue(storage.content().names().contains("lease/00000001.released"));
        Rig.open(storage, state).close();
    }
}
