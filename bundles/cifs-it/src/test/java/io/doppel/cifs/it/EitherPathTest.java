package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultRequest;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.CifsStorageType;
import io.doppel.storage.local.LocalStorage;
import io.doppel.tck.MemorySecrets;
import io.doppel.vault.VaultError;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A vault on a share is the vault in the folder that is shared: whoever has that folder gets there without the detour. */
class EitherPathTest {
    private static final String LOCAL = "local";

    @TempDir
    private Path folder;

    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(folder, 5);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    private Map<String, String> settings(String type) {
        return type.equals(LOCAL) ? Map.of("path", rig.shared.resolve(rig.vault).toString()) : rig.settings(Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {Rig.TYPE, LOCAL})
    void oneVaultByBothPaths(String first) throws Exception {
        String second = first.equals(LOCAL) ? Rig.TYPE : LOCAL;
        rig.server.addVault(rig.vault, first, settings(first), VaultRequest.Access.CREATE);
        rig.stores();
        try (DoppelServer other = new DoppelServer(folder.resolve("other state"), rig.shares)) {
            other.addHost(rig.machines);
            // The first server has the lease: beside it others only look.
            DoppelException held = assertThrows(
                    DoppelException.class,
                    () -> other.addVault(rig.vault, second, settings(second), VaultRequest.Access.ATTACH));
            assertTrue(held.is(VaultError.HELD), held::getMessage);
            other.addVault("looking", second, settings(second), VaultRequest.Access.READ_ONLY);
            rig.promises.assertAllKept(other.open("looking"));
            other.core.vaults().removeVault("looking");

            rig.server.close();
            other.addVault(rig.vault, second, settings(second), VaultRequest.Access.ATTACH);
            rig.promises.assertAllKept(other.open(rig.vault));
            rig.machine.change();
            String digest = rig.promises.attempt(rig.machine);
            var run = other.succeeded(other.backup(rig.machine.name, rig.vault));
            rig.promises.reported(other.version(run), digest);
            assertTrue(run.progress().stored() < 4 << 20, () -> "stored " + run.progress());
            rig.promises.assertAllKept(other.open(rig.vault));
        }
        rig.restartServer();
        rig.stores();
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    @Test
    void ofTwoWhoPutTheSameNameByEitherPathOneWins() throws Exception {
        MemorySecrets secrets = new MemorySecrets();
        CifsStorageType type = new CifsStorageType();
        Map<String, String> text = new HashMap<>(rig.settings(Map.of()));
        text.put("password", secrets.put("password", Rig.PASSWORD.toCharArray()).id());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Storage share = type.open(type.settings().parse(text), secrets);
                Storage local = LocalStorage.open(rig.shared.resolve(rig.vault))) {
            int won = 0;
            for (int i = 0; i < 60; i++) {
                String name = "lease/" + i;
                CyclicBarrier together = new CyclicBarrier(2);
                Future<Boolean> one = threads.submit(() -> puts(share, name, together, (byte) 1));
                Future<Boolean> other = threads.submit(() -> puts(local, name, together, (byte) 2));
                assertEquals(1, (one.get() ? 1 : 0) + (other.get() ? 1 : 0), name);
                byte[] winner = {(byte) (one.get() ? 1 : 2)};
                for (Storage reader : new Storage[] {share, local}) {
                    byte[] found = new byte[1];
                    reader.read(name, 0, found, 0, 1);
                    assertArrayEquals(winner, found, name);
                }
                won += one.get() ? 1 : 0;
            }
            System.out.println("the share won " + won + " of 60");
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean puts(Storage storage, String name, CyclicBarrier together, byte content) throws Exception {
        try (ObjectWriter writer = storage.put(name)) {
            writer.write(new byte[] {content}, 0, 1);
            together.await();
            writer.commit();
            return true;
        } catch (DoppelException e) {
            assertTrue(e.is(StorageError.EXISTS), e::getMessage);
            return false;
        }
    }
}
