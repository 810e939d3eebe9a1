package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.Optional;

/** The key file of a server for a vault, and what is under way with it. Changes are all or nothing and durable on return. */
interface KeyFiles {
    /**
     * Slots of which only that of the key file shall stay; the others are of a key file that is not used yet or not any more.
     *
     * @param vault id of the vault
     * @param slots their ids
     */
    record Rotation(String vault, List<String> slots) {
        public Rotation {
            slots = List.copyOf(slots);
        }
    }

    /** The key file, if there is one; {@code LOCKED} if it is damaged. */
    Optional<MachineKey> machineKey() throws DoppelException;

    /** Puts a key file beside the one that counts, or replaces the one there. */
    void storeNextMachineKey(MachineKey key) throws DoppelException;

    /** The key file beside the one that counts; {@code LOCKED} if it is damaged. */
    Optional<MachineKey> nextMachineKey() throws DoppelException;

    /** Has the key file beside the one that counts take its place. */
    void useNextMachineKey() throws DoppelException;

    /** What is kept of a rotation of that vault. */
    Optional<Rotation> rotation(String vault) throws DoppelException;

    /** Keeps what a rotation is about to do. */
    void keep(Rotation rotation) throws DoppelException;

    /** Deletes the key file beside the one that counts, if there is one. */
    void deleteNextMachineKey() throws DoppelException;

    /** Forgets a rotation, of which nothing is left. */
    void forgetRotation() throws DoppelException;
}
