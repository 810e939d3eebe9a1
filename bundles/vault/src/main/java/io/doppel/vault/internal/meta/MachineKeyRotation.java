package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the key file of this server and its slot. Before anything else the server notes which slots are concerned, so that whatever
 * ends this in between leaves a key file that opens the vault, and {@link #finish} removes what is left over.
 */
final class MachineKeyRotation {
    private static final Logger LOG = LoggerFactory.getLogger(MachineKeyRotation.class);

    private final KeySlots slots;
    private final MasterKey master;
    private final KeyFiles files;
    private final String vaultId;

    MachineKeyRotation(KeySlots slots, MasterKey master, KeyFiles files, String vaultId) {
        this.slots = slots;
        this.master = master;
        this.files = files;
        this.vaultId = vaultId;
    }

    /** Makes a new key file and slot, proves them, has the file take the old one's place and deletes the old slot. */
    Slot rotate(String label) throws DoppelException {
        Slot fresh;
        try (MachineKey next = slots.newMachine()) {
            Set<String> concerned = own();
            concerned.add(next.slot());
            files.keep(new KeyFiles.Rotation(vaultId, new ArrayList<>(concerned)));
            files.storeNextMachineKey(next);
            slots.addMachine(master, next, label);
            fresh = prove(next.slot());
            files.useNextMachineKey();
        } catch (DoppelException e) {
            if (e.is(VaultError.SLOT_NOT_PROVEN)) {
                finish();
            }
            throw e;
        }
        try {
            finish();
        } catch (DoppelException e) {
            throw new DoppelException(
                    e.code(),
                    "The key file was replaced, but not all that is left of the old one could be removed; that is tried again"
                            + " when the vault is opened next: " + e.what(),
                    e);
        }
        return fresh;
    }

    /** What was written here must open what was written there, after both were read back. */
    private Slot prove(String slot) throws DoppelException {
        try (MachineKey stored = files.nextMachineKey()
                .filter(key -> key.slot().equals(slot) && key.vaultId().equals(vaultId))
                .orElseThrow(() ->
                        new DoppelException(VaultError.SLOT_NOT_PROVEN, "The new key file is not what was written"))) {
            return slots.prove(slot, master, s -> Slot.kek(stored.key(), s.slot()));
        }
    }

    /** Removes what a rotation that was broken off has left: slots, of the old or the new key file, and the file that is not used. */
    void finish() throws DoppelException {
        Optional<KeyFiles.Rotation> rotation = underWay();
        if (rotation.isEmpty()) {
            return;
        }
        Optional<String> current = currentSlot();
        for (String slot : rotation.get().slots()) {
            if (!current.equals(Optional.of(slot))) {
                slots.delete(slot);
            }
        }
        files.deleteNextMachineKey();
        files.forgetRotation();
    }

    /** The slots of this server: that of its key file, and those of a rotation that was broken off. */
    Set<String> own() throws DoppelException {
        Set<String> own = new LinkedHashSet<>();
        currentSlot().ifPresent(own::add);
        own.addAll(underWay().map(KeyFiles.Rotation::slots).orElse(List.of()));
        return own;
    }

    /** What cannot be read of it only costs that its slots stay until a person removes them. */
    private Optional<KeyFiles.Rotation> underWay() throws DoppelException {
        try {
            return files.rotation(vaultId);
        } catch (DoppelException e) {
            if (e.is(VaultError.LOCAL_STATE)) {
                LOG.warn("A rotation of the key file of vault {} is not finished: {}", vaultId, e.getMessage());
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The slot of the key file; empty if the file is gone or damaged, so that it opens nothing. */
    private Optional<String> currentSlot() throws DoppelException {
        try {
            Optional<MachineKey> file = files.machineKey();
            file.ifPresent(MachineKey::close);
            return file.filter(key -> key.vaultId().equals(vaultId)).map(MachineKey::slot);
        } catch (DoppelException e) {
            if (e.is(VaultError.LOCKED)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
