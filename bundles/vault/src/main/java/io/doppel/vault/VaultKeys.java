package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The key slots and key epochs of an open vault (docs/keys.md). All but {@link #slots} and {@link #epoch} need the lease, and fail with
 * {@link VaultError#READ_ONLY} or {@link VaultError#LEASE_LOST} without it. Changes are durable on return; one that failed, or was broken
 * off, leaves a vault that opens with what opened it before. Safe for several threads; changes follow one another.
 */
@ProviderType
public interface VaultKeys {
    /** All slots, by age; those that cannot be read come last. */
    List<KeySlotView> slots() throws DoppelException;

    /**
     * Adds a slot for a passphrase. Takes the time of two Argon2id calculations.
     *
     * @param label 1 to 100 characters, of no other slot
     * @param passphrase not empty; the caller clears it
     * @throws DoppelException {@link VaultError#SLOT_EXISTS}; {@link VaultError#SLOT_NOT_PROVEN}; the storage's failures
     */
    KeySlotView addPassphrase(String label, char[] passphrase) throws DoppelException;

    /** Adds a slot of the recovery key, for a vault whose own is damaged or gone; fails as {@link #addPassphrase}. */
    KeySlotView addRecovery() throws DoppelException;

    /**
     * Removes a slot; whoever has a copy of it and its passphrase or key can still open that.
     *
     * @param slot its id or label
     * @return what was removed
     * @throws DoppelException {@link VaultError#NO_SLOT}; {@link VaultError#LAST_SLOT}; {@link VaultError#OWN_SLOT}; the storage's failures
     */
    KeySlotView remove(String slot) throws DoppelException;

    /**
     * Replaces a passphrase: a new slot of the same label is added and proved, then the old one is removed.
     *
     * @param slot id or label of the old slot; empty if the vault has only one of a passphrase
     * @param passphrase as for {@link #addPassphrase}
     * @return the new slot
     * @throws DoppelException {@link VaultError#NO_SLOT}; {@link VaultError#SLOT_NOT_PROVEN}; the storage's failures
     */
    KeySlotView changePassphrase(Optional<String> slot, char[] passphrase) throws DoppelException;

    /**
     * Replaces this server's key file and its slot.
     *
     * @return the new slot
     * @throws DoppelException {@link VaultError#SLOT_NOT_PROVEN}; {@link VaultError#KEY_FILE}; the storage's failures
     */
    KeySlotView rotateMachineKey() throws DoppelException;

    /** The key epoch of what is stored from now on. */
    int epoch() throws DoppelException;

    /**
     * Begins a key epoch: what is begun from now on is stored under a new encryption root, also by sessions that are open. Packs that
     * were begun before are finished as they were begun.
     *
     * @return the new epoch
     */
    int startEpoch() throws DoppelException;
}
