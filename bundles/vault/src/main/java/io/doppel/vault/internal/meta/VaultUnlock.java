package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.Optional;
import java.util.function.Consumer;

/** Gets at the master key with what there is. */
final class VaultUnlock {
    private final LocalState local;
    private final Consumer<String> warnings;

    VaultUnlock(LocalState local, Consumer<String> warnings) {
        this.local = local;
        this.warnings = warnings;
    }

    /**
     * What came of it.
     *
     * @param master the master key
     * @param byKeyFile whether this server's key file opened it
     */
    record Unlocked(MasterKey master, boolean byKeyFile) {}

    /** Tries the key file, then the text; the text stays as it is. */
    Unlocked unlock(KeySlots slots, String vaultId, char[] text) throws DoppelException {
        try {
            Optional<MachineKey> file = local.machineKey();
            if (file.isPresent()) {
                return new Unlocked(byKeyFile(file.get(), slots, vaultId), true);
            }
        } catch (DoppelException e) {
            if (text.length == 0 || !e.is(VaultError.LOCKED) && !e.is(VaultError.KEY_FILE)) {
                throw e;
            }
            warnings.accept(e.what());
        }
        if (text.length == 0) {
            throw new DoppelException(VaultError.LOCKED, "There is no key file of the vault on this server");
        }
        return new Unlocked(slots.unlock(text), false);
    }

    private MasterKey byKeyFile(MachineKey file, KeySlots slots, String vaultId) throws DoppelException {
        try (MachineKey machine = file) {
            if (!machine.vaultId().equals(vaultId)) {
                throw new DoppelException(
                        VaultError.LOCKED,
                        "The key file is of vault " + machine.vaultId() + ", but 'config' says that this is vault "
                                + vaultId);
            }
            return slots.unlock(machine);
        }
    }
}
