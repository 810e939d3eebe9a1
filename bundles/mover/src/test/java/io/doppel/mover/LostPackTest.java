package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.processor.TransferResult;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.DiskTree;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.Ranges;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packs that somebody deletes or damages: no version is published that needs them, and reading everything heals the vault. */
class LostPackTest {
    private static final int SIZE = 6_000_001;
    private static final ByteRange CHANGE = new ByteRange(1_000_000, 5000);

    @TempDir
    Path state;

    private final MemoryStorage storage = new MemoryStorage();
    private final byte[] first = Bytes.made(1, SIZE);
    private final byte[] second = first.clone();
    private Vault vault;
    private String base;

    @BeforeEach
    void store() throws Exception {
        Arrays.fill(second, (int) CHANGE.offset(), (int) CHANGE.end(), (byte) 9);
        vault = Rig.create(storage, state);
        base = Rig.backup(vault, new Bytes(first)).id();
    }

    @AfterEach
    void close() throws Exception {
        vault.close();
    }

    private void reopen() throws Exception {
        vault.close();
        vault = Rig.open(storage, state);
    }

    private String pack(String kind) {
        return packs(kind).get(0);
    }

    private List<String> packs(String kind) {
        return storage.content().names().stream()
                .filter(n -> n.startsWith(kind))
                .toList();
    }

    private VersionManifest incremental() throws DoppelException {
        return Rig.backup(vault, new Bytes(second), Optional.of(base), Optional.of(List.of(CHANGE)));
    }

    private static void assertGone(String pack, DoppelException e) {
        assertTrue(e.is(VaultError.PACK_GONE) && e.what().contains(pack), e.getMessage());
    }

    private boolean isWhole(String version) throws DoppelException {
        return vault.verify(List.of(version), (total, done) -> {}, Rig.NEVER)
                .versions()
                .get(version)
                .isEmpty();
    }

    @Test
    void aPackLostWhileTheVaultIsOpenKeepsWhatNeedsItFromBeingPublished() throws Exception {
        String pack = pack("data/");
        storage.content().remove(pack);
        assertGone(pack, assertThrows(DoppelException.class, this::incremental));
        assertEquals(List.of(base), vault.versionIds());
        assertTrue(vault.warnings().stream().anyMatch(w -> w.contains(pack)), () -> "" + vault.warnings());
        healed(incremental());
    }

    @Test
    void aTreePackLostWhileTheVaultIsOpenStopsNobodyAndIsMadeGoodByTheNextBackup() throws Exception {
        List<String> packs = packs("tree/");
        storage.content().remove(packs.get(0));
        assertArrayEquals(second, Rig.restore(vault, incremental().id()));
        incremental();
        // the other copy of the base's nodes
        storage.content().remove(packs.get(1));
        assertArrayEquals(first, Rig.restore(vault, base));
        healed(incremental());
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/", "tree/"})
    void aFullScanStoresAgainWhatIsMissing(String kind) throws Exception {
        storage.content().remove(pack(kind));
        reopen();
        healed(Rig.backup(vault, new Bytes(second)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/", "tree/"})
    void aPackLostWhileTheVaultWasClosedIsNoticedAtOnce(String kind) throws Exception {
        String pack = pack(kind);
        storage.content().remove(pack);
        reopen();
        assertTrue(vault.warnings().stream().anyMatch(w -> w.contains(pack)), () -> "" + vault.warnings());
        assertEquals(
                kind.equals("tree/"),
                vault.damaged(base, "d", CancelToken.NEVER).isEmpty());
        healed(incremental());
    }

    @Test
    void withoutARootEverythingIsRead() throws Exception {
        packs("tree/").forEach(storage.content()::remove);
        reopen();
        assertTrue(vault.noBaseReason(base, "d", CancelToken.NEVER).isPresent());
        DoppelException e = assertThrows(DoppelException.class, this::incremental);
        assertTrue(e.is(VaultError.PACK_GONE), e.getMessage());
        healed(Rig.backup(vault, new Bytes(second)));
    }

    @Test
    void whoDoesNotGiveWhatIsDamagedPublishesNothing() throws Exception {
        storage.content().remove(pack("data/"));
        reopen();
        try (WriteSession session = vault.begin()) {
            DiskTree tree = session.tree("d", SIZE, Optional.of(base));
            assertTrue(Ranges.bytes(tree.damaged()) > 0);
            TransferResult.DiskResult same = new TransferResult.DiskResult(
                    SIZE,
                    tree.dataBytes(),
                    Progress.NONE,
                    Map.of(vault.id(), tree.finish().orElseThrow()));
            DoppelException e = assertThrows(DoppelException.class, () -> Rig.publish(vault, session, "d", same));
            assertTrue(e.is(VaultError.PACK_GONE), e.getMessage());
        }
        assertEquals(List.of(base), vault.versionIds());
    }

    @Test
    void aPackThatWasCutShortCountsAsLost() throws Exception {
        String pack = pack("data/");
        byte[] content = storage.content().bytes(pack).orElseThrow();
        storage.content().overwrite(pack, Arrays.copyOf(content, content.length / 2));
        reopen();
        healed(incremental());
    }

    @Test
    void whatVerificationFindsDamagedIsStoredAgain() throws Exception {
        String pack = pack("data/");
        byte[] content = storage.content().bytes(pack).orElseThrow();
        content[content.length / 3] ^= 1;
        storage.content().overwrite(pack, content);
        assertTrue(!isWhole(base));
        healed(incremental());
    }

    /** The new version, and after one of the first content the old version too, are whole, also after a restart. */
    private void healed(VersionManifest next) throws Exception {
        assertArrayEquals(second, Rig.restore(vault, next.id()));
        Rig.backup(vault, new Bytes(first));
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(first, Rig.restore(vault, base));
            assertEquals(Optional.empty(), vault.noBaseReason(base, "d", CancelToken.NEVER));
            assertEquals(List.of(), vault.damaged(base, "d", CancelToken.NEVER));
            assertTrue(isWhole(base) && isWhole(next.id()));
            reopen();
        }
        assertArrayEquals(second, Rig.restore(vault, incremental().id()));
    }

    @Test
    void aPackThatTheVersionDoesNotNeedStopsNobody() throws Exception {
        List<String> before = List.copyOf(storage.content().names());
        Rig.backup(vault, new Bytes(Bytes.made(77, 2_000_000)));
        storage.content().names().stream()
                .filter(Predicate.not(before::contains))
                .filter(n -> n.startsWith("data/") || n.startsWith("tree/"))
                .forEach(storage.content()::remove);
        Rig.backup(vault, new Bytes(second));
        assertEquals(List.of(), vault.damaged(base, "d", CancelToken.NEVER));
        assertArrayEquals(second, Rig.restore(vault, incremental().id()));
    }

    @Test
    void aPackOfTheSessionItselfCountsToo() throws Exception {
        byte[] other = Bytes.made(5, 1_000_000);
        try (WriteSession session = vault.begin()) {
            List<String> before = List.copyOf(storage.content().names());
            Transfer transfer = new Transfer(Rig.QUIET, 0);
            transfer.store("d", new Bytes(other), session, Optional.empty(), Optional.empty(), List.of());
            TransferResult.DiskResult result = transfer.run().disks().get("d");
            session.flush();
            String own = storage.content().names().stream()
                    .filter(Predicate.not(before::contains))
                    .filter(n -> n.startsWith("data/"))
                    .findFirst()
                    .orElseThrow();
            storage.content().remove(own);
            assertGone(own, assertThrows(DoppelException.class, () -> Rig.publish(vault, session, "d", result)));
        }
        reopen();
        assertEquals(List.of(), vault.warnings());
        assertArrayEquals(
                other, Rig.restore(vault, Rig.backup(vault, new Bytes(other)).id()));
    }
}
