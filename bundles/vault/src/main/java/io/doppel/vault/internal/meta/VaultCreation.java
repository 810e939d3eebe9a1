package io.doppel.vault.internal.meta;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes a vault. The config decides between two who make one at the same place, because it is put exclusively; what comes before it
 * makes no vault, and the copies come after it, so that there are none of a vault that was never made.
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

    /**
     * Makes the vault and keeps its key file.
     *
     * @param domain a copy of the secret of the dedup domain, which is cleared in any case
     */
    void create(String compression, char[] passphrase, byte[] domain) throws DoppelException {
        try {
            make(compression, passphrase, domain);
        } finally {
            Arrays.fill(domain, (byte) 0);
        }
    }

    private void make(String compression, char[] passphrase, byte[] domain) throws DoppelException {
        if (!Config.isCompression(compression)) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "Compression is '" + compression + "', expected zstd or lz4");
        }
        if (Config.exists(io)) {
            throw new DoppelException(
                    VaultError.EXISTS, "The storage target has an object 'config', a copy of one, leases or heads");
        }
        Config config = Config.create(compression);
        KeySlots slots = new KeySlots(io, config.id());
        try (MasterKey master = new MasterKey(Digests.random(MasterKey.LENGTH))) {
            try (MachineKey machine = slots.addMachine(master, owner.serverName())) {
                written.add(KeySlots.objectName(machine.slot()));
                local.storeMachineKey(machine);
            }
            written.add(KeySlots.objectName(slots.addRecovery(master)));
            if (passphrase.length > 0) {
                String slot = slots.addPassphrase(master, passphrase, "first passphrase");
                written.add(KeySlots.objectName(slot));
            }
            store(config, master, domain);
        }
    }

    private void store(Config config, MasterKey master, byte[] domain) throws DoppelException {
        byte[] ring = KeyRingObject.create(domain);
        try {
            String name = KeyRingObject.objectName(config.id(), 1);
            io.put(name, KeyRingObject.seal(name, ring, master));
            written.add(name);
            commit(SignedText.write(Config.NAME, config, master.mac()));
            String ringCopy = KeyRingObject.copyName(config.id(), 1);
            io.put(ringCopy, KeyRingObject.seal(ringCopy, ring, master));
            String configCopy = Config.copyName(config.id());
            io.put(configCopy, SignedText.write(configCopy, config, master.mac()));
        } finally {
            Arrays.fill(ring, (byte) 0);
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
