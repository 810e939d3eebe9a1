package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.nio.file.Path;
import java.util.Optional;

/** Reads and makes the folder of a vault on a server while nobody has the vault open. */
public final class StateOfServer {
    private StateOfServer() {}

    /** As {@link io.doppel.vault.ServerState#keyFile}. */
    public static Optional<byte[]> keyFile(Path folder) throws DoppelException {
        try (LocalState local = LocalState.forReading(folder)) {
            return local.machineKey().map(key -> {
                try (key) {
                    return key.write();
                }
            });
        }
    }

    /** As {@link io.doppel.vault.ServerState#succeed}. */
    public static void succeed(Path folder, String vaultId, Optional<byte[]> keyFile) throws DoppelException {
        try (LocalState local = LocalState.forWriting(folder)) {
            if (keyFile.isPresent()) {
                MachineKey key = MachineKey.read(keyFile.get())
                        .filter(k -> k.vaultId().equals(vaultId))
                        .orElseThrow(() -> new DoppelException(
                                VaultError.KEY_FILE, "The key file that was kept is not one of vault " + vaultId));
                try (key) {
                    local.storeMachineKey(key);
                }
            }
            local.succeed(vaultId);
        }
    }
}
