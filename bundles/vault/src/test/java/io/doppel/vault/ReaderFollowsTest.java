package io.doppel.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.internal.index.FreshPacks;
import io.doppel.vault.internal.meta.HeadChange;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.meta.VaultMeta;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vault that is open for reading only follows one that is written, also when that lost index segments. */
class ReaderFollowsTest {
    private static final VaultOwner OWNER = new VaultOwner("installation", "server");
    private static final int PACKS = 6;

    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();

    @Test
    void whatALostSegmentToldOfIsFoundWithSeveralThreads() throws Exception {
        VaultMeta writer = VaultMeta.create(storage, temp.resolve("w"), OWNER, "zstd", new char[0]);
        Vault reader = Vault.open(storage, temp.resolve("r"), OWNER, VaultAccess.READ_ONLY, writer.recoveryKeyText());
        long bytes = 0;
        for (int i = 0; i < PACKS; i++) {
            // more records than are kept outside of segments
            bytes += TinyRecords.pack(storage, writer, i, FreshPacks.MANY + 1).size();
        }
        writer.publish(HeadChange.adding(List.of(), List.of("0123456789abcdef0123456789abcdef")));
        CountDownLatch helped = new CountDownLatch(1);
        storage.hook = (operation, name) -> {
            if (operation.equals("read") && name.startsWith("data/")) {
                awaitHelp(helped);
            }
        };
        // one that hangs can be neither interrupted nor closed
        FutureTask<Void> refresh = new FutureTask<>(() -> {
            reader.refresh();
            return null;
        });
        Thread thread = new Thread(refresh, "refresh");
        thread.setDaemon(true);
        thread.start();
        refresh.get(1, TimeUnit.MINUTES);
        assertEquals(bytes, reader.packBytes());
        assertTrue(reader.warnings().get(0).contains("index/01/0123456789abcdef0123456789abcdef"));
        reader.close();
        writer.close();
    }

    /** The thread that refreshes leaves the first pack to another. */
    private static void awaitHelp(CountDownLatch helped) {
        if (Thread.currentThread().getName().startsWith("doppel-vault-footers")) {
            helped.countDown();
            return;
        }
        try {
            helped.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
