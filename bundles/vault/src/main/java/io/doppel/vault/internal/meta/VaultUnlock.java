package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.List;
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
     * @param vaultId the id with which the slot opened
     * @param master the master key
     * @param byKeyFile whether this server's key file opened it
     */
    record Unlocked(String vaultId, MasterKey master, boolean byKeyFile) {}

    /**
     * Tries the key file, then the text, with one id that the vault may have after the other; the text stays as it is. If none opens,
     * the failure is that with the first.
     */
    Unlocked unlock(ObjectIo io, List<String> vaultIds, char[] text) throws DoppelException {
        DoppelException first = null;
        for (String vaultId : vaultIds) {
            try {
                return unlock(new KeySlots(io, vaultId), vaultId, text);
            } catch (DoppelException e) {
                if (!e.is(VaultError.LOCKED)
                        && !e.is(VaultError.WRONG_KEY)
                        && !e.is(VaultError.SLOT_MEMORY)
                        && !e.is(VaultError.KEY_FILE)) {
                    throw e;
                }
                first = first == null ? e : first;
            }
        }
        throw first;
    }

    private Unlocked unlock(KeySlots slots, String vaultId, char[] text) throws DoppelException {
        Optional<String> warning = Optional.empty();
        try {
            Optional<MachineKey> file = local.machineKey();
            if (file.isPresent()) {
                return new Unlocked(vaultId, byKeyFile(file.get(), slots, vaultId), true);
            }
        } catch (DoppelException e) {
            if (text.length == 0 || !e.is(VaultError.LOCKED) && !e.is(VaultError.KEY_FILE)) {
                throw e;
            }
            warning = Optional.of(e.what());
        }
        if (text.length == 0) {
            throw new DoppelException(VaultError.LOCKED, "There is no key file of the vault on this server");
        }
        Unlocked unlocked = new Unlocked(vaultId, slots.unlock(text), false);
        warning.ifPresent(warnings);
        return unlocked;
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
