package io.doppel.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.index.FreshPacks;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.meta.VaultMeta;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Openings that find very many packs, or very many of them gone. */
class ManyPacksTest {
    private static final VaultOwner OWNER = new VaultOwner("installation", "server");
    /** A segment has what up to four threads found meanwhile, and eight segments are merged. */
    private static final int LARGE = 64;

    private static final int SMALL = 300;

    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();

    /** Stores packs that nothing lists, as a crash leaves them. */
    private void leaveBehind(int packs, int records) throws Exception {
        try (VaultMeta meta = VaultMeta.create(storage, temp, OWNER, "zstd", new char[0])) {
            for (int i = 0; i < packs; i++) {
                TinyRecords.pack(storage, meta, i, records);
            }
            meta.keepLease(new DoppelException(VaultError.CLOSED, "made by the test"));
        }
    }

    private Vault open() throws DoppelException {
        return Vault.open(storage, temp, OWNER, VaultAccess.ATTACH, new char[0]);
    }

    @Test
    void segmentsAreMergedWhilePacksAreStillBeingFound() throws Exception {
        leaveBehind(LARGE, FreshPacks.MANY);
        CountDownLatch merged = new CountDownLatch(1);
        Set<String> looked = new HashSet<>();
        storage.hook = (operation, name) -> {
            if (operation.equals("put") && Thread.currentThread().getName().equals("doppel-vault-merge")) {
                merged.countDown();
            }
            if (operation.equals("read") && name.startsWith("data/") && isLast(looked, name)) {
                await(merged);
            }
        };
        try (Vault vault = open()) {
            assertEquals(0, merged.getCount());
            assertTrue(vault.packBytes() > 0);
        }
    }

    private static boolean isLast(Set<String> looked, String name) {
        synchronized (looked) {
            return looked.add(name) && looked.size() == LARGE;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(1, TimeUnit.MINUTES), "nothing was merged");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void ofVeryManyThatAreGoneSomeAreNamedAndTheOthersCounted() throws Exception {
        leaveBehind(SMALL, 2);
        open().close();
        storage.objects.keySet().removeIf(n -> n.startsWith("data/"));
        try (Vault vault = open()) {
            assertTrue(vault.warnings().size() < 30, vault.warnings().size() + " warnings");
            assertTrue(vault.warnings().get(0).startsWith(VaultError.MISSING_OBJECT.id() + ": Pack 'data/"));
            String last = vault.warnings().get(vault.warnings().size() - 1);
            int named = vault.warnings().size() - 1;
            assertTrue(last.contains(" " + (SMALL - named) + " "), last);
        }
    }
}
