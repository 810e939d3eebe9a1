package io.doppel.api.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.settings.SettingsSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Vaults and versions. Safe for several threads; changes are durable on return. */
@ProviderType
public interface VaultService {
    /** The storage types whose plug-ins are there now, with their settings. */
    Map<String, SettingsSpec> storageTypes();

    /** As {@link #addVault(VaultRequest, VaultProgress, CancelToken)}, for who neither watches nor cancels. */
    default VaultView addVault(VaultRequest request) throws DoppelException {
        return addVault(request, VaultProgress.NONE, CancelToken.NEVER);
    }

    /**
     * Makes or attaches a vault; nothing is added on failure.
     *
     * @param cancel until a new vault is made or another server's is taken over; from then on that is carried out. What hangs on its target is
     *     given up after some seconds, and undone when it comes back
     * @throws DoppelException {@link io.doppel.api.error.CommonError#CANCELLED}; why it cannot be made or opened
     */
    VaultView addVault(VaultRequest request, VaultProgress progress, CancelToken cancel) throws DoppelException;

    /**
     * Changes settings of a vault that is attached for writing, after opening it with them. All or nothing: whatever fails, the old settings go
     * on to be used. Another vault than the one that is known is refused, and so is any change while a run uses the vault; runs that
     * validate it by themselves are ended for that. Secrets are never sent to another address than they were given for.
     *
     * @param changes new values by field, secrets in clear; an empty one takes the value away
     * @param cancel until the vault was opened with the new settings; from then on they are kept
     * @throws DoppelException {@link io.doppel.api.error.CommonError#MISSING_SETTING} if the address changes and a secret is not given again; {@link
     *     io.doppel.api.error.CommonError#CANCELLED}; why the vault cannot be opened with them
     */
    VaultView changeVault(String name, Map<String, String> changes, VaultProgress progress, CancelToken cancel)
            throws DoppelException;

    /** The vaults, by name. */
    List<VaultView> vaults();

    /** Forgets a vault and its key file here; the stored data stays. Refuses while a run uses it. */
    void removeVault(String name) throws DoppelException;

    /**
     * The recovery key, which opens the vault without anything else; to be kept outside the server.
     *
     * @return the key as text, in an array that the caller clears
     */
    char[] exportRecoveryKey(String vault) throws DoppelException;

    /** Versions, newest first, of one vault or all, of machines whose name or id equals {@code machine} or all. */
    List<VersionView> versions(Optional<String> vault, Optional<String> machine);

    /** The version whose id equals or uniquely starts with {@code id}. */
    VersionView version(String id) throws DoppelException;

    /**
     * Builds the catalogue of a vault's versions anew from the vault alone.
     *
     * @return number of versions found
     */
    int rebuildCatalogue(String vault) throws DoppelException;

    /**
     * The holds on versions of a vault, the oldest first, then those that cannot be read.
     *
     * @throws DoppelException if the vault cannot be asked
     */
    List<HoldView> holds(String vault) throws DoppelException;

    /**
     * Keeps a version from being removed, by whatever server, until that is ended by {@link #removeHold}.
     *
     * @param version its id or the beginning of it
     * @param purpose what for, not empty, at most 1000 characters
     */
    HoldView addHold(String version, String purpose) throws DoppelException;

    /**
     * Ends a hold, whoever put it and whether or not it can be read.
     *
     * @param hold its id or the beginning of it
     * @return the hold that was
     */
    HoldView removeHold(String vault, String hold) throws DoppelException;
    /** What can be set about the validation of a vault, for forms. */
    SettingsSpec validationSettings();

    /** How a vault is validated, and how far that has come. */
    ValidationView validation(String vault) throws DoppelException;

    /**
     * Sets how a vault is validated; counts at once, also for a validation by age that goes on. Settings that are not given stay as they
     * are.
     *
     * @param settings values of {@link #validationSettings()} as text
     * @return all settings as they are now
     */
    Map<String, String> setValidation(String vault, Map<String, String> settings) throws DoppelException;

    /** The key slots of a vault: what opens it. */
    List<KeySlotView> keySlots(String vault) throws DoppelException;

    /**
     * Adds a passphrase.
     *
     * @param label for people; of no other slot
     * @param passphrase at least eight characters; the caller clears it
     */
    KeySlotView addPassphrase(String vault, String label, char[] passphrase) throws DoppelException;

    /** Adds a slot of the recovery key, for a vault whose own is damaged or gone. */
    KeySlotView addRecoverySlot(String vault) throws DoppelException;

    /**
     * Removes a key slot. This does not keep those out who have a copy of the slot and what opens it.
     *
     * @param slot its id or label; never the last that people can use, that of the recovery key or this server's own
     */
    KeySlotView removeKeySlot(String vault, String slot) throws DoppelException;

    /**
     * Replaces a passphrase.
     *
     * @param slot id or label of its slot; empty if the vault has only one of a passphrase
     * @param passphrase at least eight characters; the caller clears it
     * @return the new slot
     */
    KeySlotView changePassphrase(String vault, Optional<String> slot, char[] passphrase) throws DoppelException;

    /**
     * Replaces this server's key file of a vault, and its slot.
     *
     * @return the new slot
     */
    KeySlotView rotateMachineKey(String vault) throws DoppelException;

    /**
     * Begins a key epoch: what is stored from now on is encrypted under a new root. What was stored stays as it is.
     *
     * @return its number
     */
    int startKeyEpoch(String vault) throws DoppelException;
}
