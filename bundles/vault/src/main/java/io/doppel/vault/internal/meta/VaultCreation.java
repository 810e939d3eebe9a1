package io.doppel.vault.internal.meta;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a vault. The config comes last: without it there is no vault, and the exclusive put decides between two who make one at
 * the same place.
 */
final class VaultCreation {
    private final ObjectIo io;
    private final LocalState local;
    private final VaultOwner owner;
    private final List<String> written = new ArrayList<>();

    VaultCreation(ObjectIo io, LocalState local, VaultOwner owner) {
        this.io = io;
        this.local = local;
        this.owner = owner;
    }

    /** Makes the vault and keeps its key file. */
    void create(String compression, char[] passphrase) throws DoppelException {
        if (!Config.isCompression(compression)) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "Compression is '" + compression + "', expected zstd or lz4");
        }
        if (io.exists(Config.NAME)) {
            throw new DoppelException(VaultError.EXISTS, "The storage target has an object 'config'");
        }
        Config config = Config.create(compression);
        KeySlots slots = new KeySlots(io, config.id());
        try (MasterKey master = new MasterKey(Digests.random(MasterKey.LENGTH))) {
            try (MachineKey machine = slots.addMachine(master, owner.serverName())) {
                written.add(KeySlots.objectName(machine.slot()));
                local.storeMachineKey(machine);
            }
            written.add(slots.addRecovery(master));
            if (passphrase.length > 0) {
                written.add(slots.addPassphrase(master, passphrase, "first passphrase"));
            }
            written.add(KeyRingObject.create(io, config.id(), master));
            commit(SignedText.write(Config.NAME, config, master.mac()));
        }
    }

    private void commit(byte[] config) throws DoppelException {
        try {
            io.put(Config.NAME, config);
        } catch (DoppelException e) {
            if (!e.is(StorageError.EXISTS)) {
                throw e;
            }
            for (String name : written) {
                io.delete(name);
            }
            local.deleteMachineKey();
            throw new DoppelException(VaultError.EXISTS, "Somebody else made a vault there at the same time", e);
        }
    }
}
