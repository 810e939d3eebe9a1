package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Whoever goes on to use a vault that was closed is told so, and that the job can be run again. */
class ClosedVaultTest {
    @Test
    void everyUseOfAClosedVaultSaysThatItIsClosed(@TempDir Path state) throws Exception {
        Vault vault = Rig.create(new MemoryStorage(), state);
        VersionManifest version = Rig.backup(vault, new Bytes(Bytes.made(1, 3_000_000)));
        String id = version.id();
        VersionDisk disk = vault.openDisk(id, "d");
        VersionDisk.ChunkReader chunks = disk.chunkReader();
        WriteSession session = vault.begin();
        vault.close();
        Map<String, Executable> uses = new LinkedHashMap<>();
        uses.put("begin", vault::begin);
        uses.put("version", () -> vault.version(id));
        uses.put("openDisk", () -> vault.openDisk(id, "d"));
        uses.put("noBaseReason", () -> vault.noBaseReason(id, "d", CancelToken.NEVER));
        uses.put("verify", () -> vault.verify(List.of(), (total, done) -> {}, Rig.NEVER));
        uses.put("refresh", vault::refresh);
        uses.put("recoveryKey", vault::recoveryKey);
        uses.put("publish", () -> vault.publish(session, version));
        uses.put("lane", session::lane);
        uses.put("tree", () -> session.tree("d", version.disks().get(0).size(), Optional.of(id)));
        uses.put("read", () -> disk.read(0, new byte[100], 0, 100));
        uses.put("chunks", () -> chunks.read(0, disk.size(), (offset, buffer, from, length) -> {}));
        uses.forEach((name, use) -> {
            DoppelException e = assertThrows(DoppelException.class, use, name);
            assertEquals(VaultError.CLOSED.id(), e.code().id(), () -> name + ": " + e.getMessage());
            assertTrue(e.code().retryable());
        });
        chunks.close();
        disk.close();
        session.close();
    }
}
