package io.doppel.core.internal.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.ValidationView;
import io.doppel.api.vault.VaultProgress;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.Revocable;
import io.doppel.core.internal.job.Threads;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people ask of the vaults. */
public final class VaultAdmin implements VaultService {
    private static final Logger LOG = LoggerFactory.getLogger(VaultAdmin.class);
    private static final ThreadFactory THREADS = Threads.named("doppel-vault");

    private final NamedRecords<VaultRecord> records;
    private final Vaults vaults;
    private final VaultHoldings holdings;
    private final Registry<StorageType> types;
    private final SecretSettings settings;
    private final Claims claims;
    private final Validating validating;
    private final Runnable reachable;
    private final VaultAddition addition;
    private final VaultChange change;

    /** Validates vaults by itself. */
    public interface Validating {
        /** What can be set about it. */
        SettingsSpec spec();

        /** Sets some of that; all settings as they are now. */
        Map<String, String> set(String vault, Map<String, String> some) throws DoppelException;

        /** How far it has come with an open vault. */
        ValidationView view(String vault, Vault opened) throws DoppelException;

        /** The vault is about to be changed or forgotten: ends what goes on there, and begins nothing until {@link #left}. */
        void leave(String vault) throws DoppelException;

        /** That is done, or could not be. */
        void left(String vault);
    }

    /**
     * Made by the core.
     *
     * @param reachable told when a vault that could perhaps not be reached was opened with other settings
     */
    public VaultAdmin(
            Catalog catalog,
            Vaults vaults,
            VaultHoldings holdings,
            Registry<StorageType> types,
            SecretStore secrets,
            Claims claims,
            Validating validating,
            Runnable reachable) {
        this.records = catalog.vaults();
        this.vaults = vaults;
        this.holdings = holdings;
        this.types = types;
        this.settings = new SecretSettings(secrets);
        this.claims = claims;
        this.validating = validating;
        this.reachable = reachable;
        this.addition = new VaultAddition(records, vaults, types, settings);
        this.change = new VaultChange(records, vaults, types, settings);
    }

    @Override
    public SettingsSpec validationSettings() {
        return validating.spec();
    }

    @Override
    public Map<String, String> setValidation(String name, Map<String, String> some) throws DoppelException {
        return validating.set(name, some);
    }

    @Override
    public ValidationView validation(String name) throws DoppelException {
        return validating.view(name, vaults.open(name));
    }

    @Override
    public Map<String, SettingsSpec> storageTypes() {
        Map<String, SettingsSpec> specs = new TreeMap<>();
        types.all().forEach(p -> specs.putIfAbsent(p.name(), p.service().settings()));
        return specs;
    }

    @Override
    public VaultView addVault(VaultRequest request, VaultProgress progress, CancelToken cancel) throws DoppelException {
        String name = request.name();
        SecretSettings.checkName(name);
        Gate gate = types.get(request.type()).gate();
        return view(new Revocable(THREADS, "Adding vault '" + name + "'").call(cancel, gate, decision -> {
            // two that add the same name at once would delete each other's key file
            Claims.Hold alone = claims.tryExclusive(Claim.vault(name))
                    .orElseThrow(() -> new DoppelException(JobError.IN_USE, "Vault '" + name + "' is being added"));
            try (alone) {
                return addition.add(request, progress, decision);
            }
        }));
    }

    @Override
    public VaultView changeVault(String name, Map<String, String> changes, VaultProgress progress, CancelToken cancel)
            throws DoppelException {
        Gate gate = types.get(vaults.record(name).type()).gate();
        VaultRecord changed = new Revocable(THREADS, "Changing vault '" + name + "'")
                .call(
                        cancel,
                        gate,
                        decision -> unvalidated(name, () -> {
                            try (Claims.Hold alone = alone(name)) {
                                return change.change(name, changes, progress, decision);
                            }
                        }));
        reachable.run();
        return view(changed);
    }

    /** Something that is done with a vault while nothing validates it by itself. */
    private <T> T unvalidated(String name, CoreContext.Call<T> call) throws DoppelException {
        try {
            validating.leave(name);
            return call.run();
        } finally {
            validating.left(name);
        }
    }

    private Claims.Hold alone(String name) throws DoppelException {
        return claims.tryExclusive(Claim.vault(name))
                .orElseThrow(() -> new DoppelException(JobError.IN_USE, "A run uses vault '" + name + "'"));
    }

    @Override
    public List<VaultView> vaults() {
        List<VaultView> views = new ArrayList<>();
        try {
            for (VaultRecord record : records.all()) {
                views.add(view(record));
            }
        } catch (DoppelException e) {
            throw unreadable(e);
        }
        return views;
    }

    @Override
    public void removeVault(String name) throws DoppelException {
        vaults.record(name);
        unvalidated(name, () -> {
            try (Claims.Hold alone = alone(name)) {
                VaultRecord record = vaults.record(name);
                vaults.drop(name);
                records.remove(name);
                settings.forget(record.settings());
                vaults.folders().forget(name);
                return record;
            }
        });
    }

    @Override
    public char[] exportRecoveryKey(String name) throws DoppelException {
        Vault vault = vaults.open(name);
        char[] key = vault.recoveryKey();
        boolean done = false;
        try {
            vault.markRecoveryKeyExported();
            VaultRecord r = vaults.record(name);
            records.put(new VaultRecord(name, r.id(), r.type(), r.settings(), r.readOnly(), true));
            LOG.info("The recovery key of vault '{}' was exported", name);
            done = true;
            return key;
        } finally {
            if (!done) {
                Arrays.fill(key, '\0');
            }
        }
    }

    @Override
    public List<HoldView> holds(String name) throws DoppelException {
        return holdings.in(name);
    }

    @Override
    public HoldView addHold(String version, String purpose) throws DoppelException {
        return holdings.add(version, purpose);
    }

    @Override
    public HoldView removeHold(String name, String hold) throws DoppelException {
        return holdings.remove(name, hold);
    }

    @Override
    public List<KeySlotView> keySlots(String name) throws DoppelException {
        return withKeys(name, VaultKeys::slots);
    }

    @Override
    public KeySlotView addPassphrase(String name, String label, char[] passphrase) throws DoppelException {
        NewPassphrase.check(passphrase);
        return withKeys(name, keys -> keys.addPassphrase(label, passphrase));
    }

    @Override
    public KeySlotView addRecoverySlot(String name) throws DoppelException {
        return withKeys(name, VaultKeys::addRecovery);
    }

    @Override
    public KeySlotView removeKeySlot(String name, String slot) throws DoppelException {
        return withKeys(name, keys -> keys.remove(slot));
    }

    @Override
    public KeySlotView changePassphrase(String name, Optional<String> slot, char[] passphrase) throws DoppelException {
        NewPassphrase.check(passphrase);
        return withKeys(name, keys -> keys.changePassphrase(slot, passphrase));
    }

    @Override
    public KeySlotView rotateMachineKey(String name) throws DoppelException {
        return withKeys(name, VaultKeys::rotateMachineKey);
    }

    @Override
    public int startKeyEpoch(String name) throws DoppelException {
        return withKeys(name, VaultKeys::startEpoch);
    }

    private <T> T withKeys(String name, Vaults.Use<VaultKeys, T> use) throws DoppelException {
        return vaults.with(name, vault -> use.with(vault.keys()));
    }

    @Override
    public List<VersionView> versions(Optional<String> vault, Optional<String> machine) {
        try {
            return vaults.known().list(vault, machine);
        } catch (DoppelException e) {
            throw unreadable(e);
        }
    }

    @Override
    public VersionView version(String id) throws DoppelException {
        return vaults.known().version(id);
    }

    @Override
    public int rebuildCatalogue(String name) throws DoppelException {
        Vault vault = vaults.open(name);
        if (vault.readOnly()) {
            vault.refresh();
        }
        vaults.known().readAll(name, vault);
        // what was stored while the vault was read
        vaults.learn(name, vault);
        return vault.versionIds().size();
    }

    private VaultView view(VaultRecord record) throws DoppelException {
        VaultLink link = vaults.linkOf(record);
        VaultLink.Status status = link.status();
        return new VaultView(
                record.name(),
                record.id(),
                record.type(),
                SecretSettings.shown(record.settings()),
                status.state(),
                status.message(),
                record.recoveryKeyExported(),
                vaults.known().count(record.name()),
                link.ifOpen().map(o -> o.vault().packBytes()).orElse(-1L),
                link.freeBytes());
    }

    private static IllegalStateException unreadable(DoppelException e) {
        return new IllegalStateException(e.getMessage(), e);
    }
}
