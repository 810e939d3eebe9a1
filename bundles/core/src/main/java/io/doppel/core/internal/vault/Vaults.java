package io.doppel.core.internal.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.ValidationView;
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
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.OpenVaults;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultKeys;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The vaults: kept in the catalogue, opened when they are first needed and again when their plug-in has returned. */
public final class Vaults implements VaultService, OpenVaults, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vaults.class);

    private final NamedRecords<VaultRecord> records;
    private final KnownVersions known;
    private final Registry<StorageType> types;
    private final SecretStore secrets;
    private final SecretSettings settings;
    private final VaultOwner owner;
    private final VaultFolders folders;
    private final VaultHoldings holdings = new VaultHoldings(this);
    private final Claims claims;
    private final Map<String, VaultLink> links = new ConcurrentHashMap<>();

    private volatile Validating validating;

    /** Validates vaults by itself. */
    public interface Validating {
        /** What can be set about it. */
        SettingsSpec spec();

        /** Sets some of that; all settings as they are now. */
        Map<String, String> set(String vault, Map<String, String> some) throws DoppelException;

        /** How far it has come with an open vault. */
        ValidationView view(String vault, Vault opened) throws DoppelException;

        /** The vault is about to be forgotten: ends what goes on there, and begins nothing until {@link #left}. */
        void leave(String vault) throws DoppelException;

        /** The vault is forgotten, or could not be. */
        void left(String vault);
    }

    /**
     * Vaults of the catalogue.
     *
     * @param folder where key files and leases are kept, a folder for each vault
     */
    public Vaults(
            Catalog catalog,
            Registry<StorageType> types,
            SecretStore secrets,
            VaultOwner owner,
            Path folder,
            Claims claims) {
        this.records = catalog.vaults();
        this.known = new KnownVersions(catalog.versions());
        this.types = types;
        this.secrets = secrets;
        this.settings = new SecretSettings(secrets);
        this.owner = owner;
        this.folders = new VaultFolders(folder);
        this.claims = claims;
    }

    /** Told once, before anybody uses the vaults. */
    public void validateWith(Validating who) {
        validating = who;
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
        return validating.view(name, open(name));
    }

    @Override
    public Map<String, SettingsSpec> storageTypes() {
        Map<String, SettingsSpec> specs = new TreeMap<>();
        types.all().forEach(p -> specs.putIfAbsent(p.name(), p.service().settings()));
        return specs;
    }

    @Override
    public VaultView addVault(VaultRequest request) throws DoppelException {
        String name = request.name();
        SecretSettings.checkName(name);
        // two that add the same name at once would delete each other's key file
        Claims.Hold alone = claims.tryExclusive(Claim.vault(name))
                .orElseThrow(() -> new DoppelException(JobError.IN_USE, "Vault '" + name + "' is being added"));
        try (alone) {
            return add(request);
        }
    }

    private VaultView add(VaultRequest request) throws DoppelException {
        String name = request.name();
        if (records.find(name).isPresent()) {
            throw new DoppelException(CommonError.EXISTS, "There is a vault '" + name + "' already");
        }
        if (!List.of("zstd", "lz4").contains(request.compression())) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'compression' is '" + request.compression() + "', expected zstd or lz4");
        }
        if (request.access() == VaultRequest.Access.CREATE && request.unlock().length > 0) {
            NewPassphrase.check(request.unlock());
        }
        Plugin<StorageType> plugin = types.get(request.type());
        Map<String, String> kept = settings.keep(plugin.service().settings(), request.settings(), "vault/" + name);
        boolean readOnly = request.access() == VaultRequest.Access.READ_ONLY;
        VaultLink link = link(new VaultRecord(name, "", request.type(), kept, readOnly, false));
        boolean added = false;
        try {
            folders.forget(name);
            Vault vault = link.opened((storage, state, me) -> open(request, storage, state, me))
                    .vault();
            requireUnknown(vault);
            VaultRecord record =
                    new VaultRecord(name, vault.id(), request.type(), kept, readOnly, vault.recoveryKeyExported());
            known.readAll(name, vault);
            records.add(record);
            VaultHoldings.endLeftovers(name, vault);
            added = true;
            links.put(name, link);
            return view(record);
        } finally {
            if (!added) {
                link.close();
                settings.forget(kept);
                folders.forget(name);
            }
        }
    }

    private void requireUnknown(Vault vault) throws DoppelException {
        Optional<VaultRecord> same =
                records.all().stream().filter(r -> r.id().equals(vault.id())).findFirst();
        if (same.isPresent()) {
            throw new DoppelException(
                    CommonError.EXISTS,
                    "The vault there is known as '" + same.get().name() + "' already");
        }
    }

    private Vault open(VaultRequest request, Storage storage, Path state, VaultOwner me) throws DoppelException {
        char[] unlock = request.unlock().clone();
        try {
            return switch (request.access()) {
                case CREATE -> Vault.create(storage, state, me, request.compression(), unlock);
                case ATTACH -> Vault.open(storage, state, me, VaultAccess.ATTACH, unlock);
                case TAKE_OVER -> takeOver(storage, state, me, unlock);
                case READ_ONLY -> Vault.open(storage, state, me, VaultAccess.READ_ONLY, unlock);
            };
        } finally {
            Arrays.fill(unlock, '\0');
        }
    }

    private Vault takeOver(Storage storage, Path state, VaultOwner me, char[] unlock) throws DoppelException {
        // taking over a vault that this server itself uses under another name would end its running backups
        try (Vault look = Vault.open(storage, state, me, VaultAccess.READ_ONLY, unlock.clone())) {
            requireUnknown(look);
        }
        return Vault.open(storage, state, me, VaultAccess.TAKE_OVER, unlock);
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
        VaultRecord record = record(name);
        try {
            validating.leave(name);
            forget(name, record);
        } finally {
            validating.left(name);
        }
    }

    private void forget(String name, VaultRecord record) throws DoppelException {
        Claims.Hold alone = claims.tryExclusive(Claim.vault(name))
                .orElseThrow(() -> new DoppelException(JobError.IN_USE, "A run uses vault '" + name + "'"));
        try (alone) {
            Optional.ofNullable(links.remove(name)).ifPresent(VaultLink::close);
            records.remove(name);
            settings.forget(record.settings());
            folders.forget(name);
        }
    }

    @Override
    public char[] exportRecoveryKey(String name) throws DoppelException {
        Vault vault = open(name);
        char[] key = vault.recoveryKey();
        boolean done = false;
        try {
            vault.markRecoveryKeyExported();
            VaultRecord r = record(name);
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

    /** Something that is done with an open vault, or with a part of it. */
    interface Use<F, T> {
        T with(F from) throws DoppelException;
    }

    private <T> T withKeys(String name, Use<VaultKeys, T> use) throws DoppelException {
        return with(name, vault -> use.with(vault.keys()));
    }

    /** Opens the vault if it is not open; failures name it as it is known here. */
    <T> T with(String name, Use<Vault, T> use) throws DoppelException {
        Vault vault = open(name);
        try {
            return use.with(vault);
        } catch (DoppelException e) {
            failed(name, vault, e);
            throw named(name, vault, e);
        }
    }

    /** The same failure for those who know the vault by its name here; the vault itself knows only its id. */
    public static DoppelException named(String name, Vault vault, DoppelException e) {
        String byId = "Vault " + vault.id();
        return e.what().contains(byId)
                ? new DoppelException(e.code(), e.what().replace(byId, "Vault '" + name + "'"), e)
                : e;
    }

    /** The versions as the catalogue knows them. */
    public KnownVersions known() {
        return known;
    }

    @Override
    public List<VersionView> versions(Optional<String> vault, Optional<String> machine) {
        try {
            return known.list(vault, machine);
        } catch (DoppelException e) {
            throw unreadable(e);
        }
    }

    @Override
    public VersionView version(String id) throws DoppelException {
        return known.version(id);
    }

    @Override
    public int rebuildCatalogue(String name) throws DoppelException {
        Vault vault = open(name);
        if (vault.readOnly()) {
            vault.refresh();
        }
        known.readAll(name, vault);
        // what was stored while the vault was read
        learn(name, vault);
        return vault.versionIds().size();
    }

    private void learn(String name, Vault vault) throws DoppelException {
        if (records.find(name).isEmpty()) {
            return; // It is just being added.
        }
        known.learn(name, vault);
        VaultHoldings.endLeftovers(name, vault);
    }

    /**
     * Removes versions of one vault, all of them or none. Those that are not there any more are only forgotten.
     *
     * @throws DoppelException {@link VaultError#IN_USE}; {@link VaultError#ON_HOLD}; {@link VaultError#READ_ONLY}; what else {@link Vault#remove} throws
     */
    public void removeVersions(String name, List<String> ids) throws DoppelException {
        Vault vault = open(name);
        try {
            Set<String> there = Set.copyOf(vault.versionIds());
            List<String> known = ids.stream().filter(there::contains).toList();
            if (!known.isEmpty()) {
                vault.remove(known);
            }
        } catch (DoppelException e) {
            known.forgetRemoved(name, vault, ids);
            failed(name, vault, e);
            throw named(name, vault, e);
        }
        known.forgetRemoved(name, vault, ids);
    }

    /** The vault of that name here, open, for work that ends when it is told to stop or the vault's plug-in leaves. */
    public Vault open(String name, CoreContext context) throws DoppelException {
        context.dependOn(types.get(record(name).type()).gate());
        Optional<Vault> there = ifOpen(name);
        return there.isPresent() ? there.get() : context.unlessCancelled(() -> open(name));
    }

    /** The vault of that name if it is open now. */
    public Optional<Vault> ifOpen(String name) {
        return Optional.ofNullable(links.get(name)).flatMap(VaultLink::ifOpen).map(VaultLink.Opened::vault);
    }

    /**
     * As {@link #open(String, CoreContext)}.
     *
     * @throws DoppelException {@link JobError#VAULT_READ_ONLY}, too
     */
    public Vault openForWriting(String name, CoreContext context) throws DoppelException {
        Vault vault = open(name, context);
        if (vault.readOnly()) {
            throw new DoppelException(JobError.VAULT_READ_ONLY, "Vault '" + name + "' is attached for reading only");
        }
        return vault;
    }

    /** The same for whoever asks for something short; opens the vault if it is not. */
    public Vault open(String name) throws DoppelException {
        return linkOf(record(name)).opened().vault();
    }

    /** Lets go of everything that came from a storage type that has left. */
    public void left(String type) {
        links.values().forEach(link -> link.dropIfOf(type));
    }

    /** Tells that work with the vault failed; if it was taken over, it is opened anew when it is needed next. */
    public void failed(String name, Vault vault, DoppelException e) {
        VaultLink link = links.get(name);
        if (link != null && e.is(VaultError.LEASE_LOST)) {
            link.failed(vault, e);
        }
    }

    @Override
    public Vault vault(String vaultId) throws DoppelException {
        return links.values().stream()
                .flatMap(link -> link.ifOpen().stream())
                .map(VaultLink.Opened::vault)
                .filter(v -> v.id().equals(vaultId))
                .findFirst()
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "Vault '" + vaultId + "' is not open"));
    }

    private VaultRecord record(String name) throws DoppelException {
        return records.find(name)
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + name + "'"));
    }

    private VaultLink linkOf(VaultRecord record) {
        return links.computeIfAbsent(record.name(), n -> link(record));
    }

    private VaultLink link(VaultRecord record) {
        return new VaultLink(record, types, secrets, owner, folders.of(record.name()), this::learn);
    }

    private VaultView view(VaultRecord record) throws DoppelException {
        VaultLink link = linkOf(record);
        VaultLink.Status status = link.status();
        return new VaultView(
                record.name(),
                record.id(),
                record.type(),
                SecretSettings.shown(record.settings()),
                status.state(),
                status.message(),
                record.recoveryKeyExported(),
                known.count(record.name()),
                link.ifOpen().map(o -> o.vault().packBytes()).orElse(-1L),
                link.freeBytes());
    }

    private static IllegalStateException unreadable(DoppelException e) {
        return new IllegalStateException(e.getMessage(), e);
    }

    /** Closes all vaults. */
    @Override
    public void close() {
        links.values().forEach(VaultLink::close);
        links.clear();
    }
}
