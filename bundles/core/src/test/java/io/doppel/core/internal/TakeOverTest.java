package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.internal.job.CancelSource;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Waiting whether the holder of a vault lives can be watched and cancelled. */
@Timeout(120)
class TakeOverTest {
    private static final VaultOwner OLD = new VaultOwner("5e1f0a52-1111-4222-8333-c0ffee000001", "old server");

    @TempDir
    Path folder;

    @Test
    void whoIsWaitedForIsToldAndWhoCancelsChangesNothing() throws Exception {
        Path store = folder.resolve("store");
        try (Storage storage = LocalStorage.open(store);
                Vault held =
                        Vault.create(storage, folder.resolve("its"), OLD, "zstd", Server.PASSPHRASE.toCharArray());
                Server server = new Server(folder.resolve("state"));
                CancelSource cancel = new CancelSource()) {
            Map<String, Long> before = named(store);
            List<String> steps = new CopyOnWriteArrayList<>();
            DoppelException e = assertThrows(
                    DoppelException.class,
                    () -> server.core
                            .vaults()
                            .addVault(
                                    request(store, false),
                                    (step, done, total) -> {
                                        steps.add(step + " " + total);
                                        if (step.contains("answers")) {
                                            cancel.cancel(
                                                    new DoppelException(CommonError.CANCELLED, "the test cancels"));
                                        }
                                    },
                                    cancel));
            assertEquals(CommonError.CANCELLED.id(), e.code().id(), e.getMessage());
            assertTrue(steps.stream().anyMatch(s -> s.contains("'old server'") && s.endsWith(" 45")), steps.toString());
            assertEquals(List.of(), server.core.vaults().vaults());
            Eventually.holds(() -> before.equals(named(store)));
            held.tellThatWeLive();
            Eventually.holds(() -> !hasFiles(folder.resolve("state/vaults")));
        }
    }

    @Test
    void whoCancelsWhenItIsBeingTakenOverIsNotToldThatNothingChanged() throws Exception {
        Path store = folder.resolve("store");
        try (Storage storage = LocalStorage.open(store);
                Vault held =
                        Vault.create(storage, folder.resolve("its"), OLD, "zstd", Server.PASSPHRASE.toCharArray());
                Server server = new Server(folder.resolve("state"));
                CancelSource cancel = new CancelSource()) {
            server.core
                    .vaults()
                    .addVault(
                            request(store, true),
                            (step, done, total) -> {
                                if (step.startsWith("Taking")) {
                                    cancel.cancel(new DoppelException(CommonError.CANCELLED, "the test cancels"));
                                }
                            },
                            cancel);
            assertTrue(cancel.isCancelled());
            assertEquals(1, server.core.vaults().vaults().size());
            DoppelException lost = assertThrows(DoppelException.class, held::tellThatWeLive);
            assertEquals(VaultError.LEASE_LOST.id(), lost.code().id(), lost.getMessage());
        }
    }

    private static VaultRequest request(Path store, boolean force) {
        return new VaultRequest(
                "v",
                "local",
                Map.of("path", store.toString()),
                VaultRequest.Access.TAKE_OVER,
                "zstd",
                Server.PASSPHRASE.toCharArray(),
                Optional.empty(),
                force);
    }

    /** All objects; temporary files come and go with who opens the folder. */
    private static Map<String, Long> named(Path store) throws Exception {
        Map<String, Long> all = Trees.content(store);
        all.keySet().removeIf(name -> name.startsWith(".tmp"));
        return all;
    }

    private static boolean hasFiles(Path top) throws Exception {
        try (Stream<Path> all = Files.exists(top) ? Files.walk(top) : Stream.empty()) {
            return all.anyMatch(Files::isRegularFile);
        }
    }
}
