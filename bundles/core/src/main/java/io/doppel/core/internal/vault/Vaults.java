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
import io.doppel.catalog.VersionRecords;
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
import io.doppel.vault.VaultHolds;
import io.doppel.vault.VaultKeys;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The vaults: kept in the catalogue, opened when they are first needed and again when their plug-in has returned. */
public final class Vaults implements VaultService, OpenVaults, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vaults.class);

    private static final int MOST_PURPOSE = 1000;

    private final NamedRecords<VaultRecord> records;
    private final VersionRecords versions;
    private final Registry<StorageType> types;
    private final SecretStore secrets;
    private final SecretSettings settings;
    private final VaultOwner owner;
    private final Path folder;
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
        this.versions = catalog.versions();
        this.types = types;
        this.secrets = secrets;
        this.settings = new SecretSettings(secrets);
        this.owner = owner;
        this.folder = folder;
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
            forgetState(name);
            Vault vault = link.opened((storage, state, me) -> open(request, storage, state, me))
                    .vault();
            requireUnknown(vault);
            VaultRecord record =
                    new VaultRecord(name, vault.id(), request.type(), kept, readOnly, vault.recoveryKeyExported());
            List<VersionView> found = read(name, vault);
            versions.replaceAll(name, found);
            records.add(record);
            endLeftovers(name, vault);
            added = true;
            links.put(name, link);
            return view(record);
        } finally {
            if (!added) {
                link.close();
                settings.forget(kept);
                forgetState(name);
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
            forgetState(name);
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
        return open(name).holds().all().stream().map(hold -> view(name, hold)).toList();
    }

    @Override
    public HoldView addHold(String version, String purpose) throws DoppelException {
        if (purpose.isBlank() || purpose.length() > MOST_PURPOSE) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "The purpose of a hold has 1 to " + MOST_PURPOSE + " characters");
        }
        VersionView held = version(version);
        VaultHolds.Found hold = with(held.vault(), vault -> vault.holds().add(held.id(), purpose.strip()));
        HoldView added = view(held.vault(), hold);
        LOG.info("Version {} of vault '{}' is held: {}", held.id(), held.vault(), added.purpose());
        return added;
    }

    @Override
    public HoldView removeHold(String name, String hold) throws DoppelException {
        List<String> meant = holds(name).stream()
                .map(HoldView::id)
                .filter(id -> id.startsWith(hold) && !hold.isEmpty())
                .toList();
        if (meant.size() > 1) {
            throw new DoppelException(
                    CommonError.NOT_FOUND, "'" + hold + "' is the start of " + meant.size() + " holds");
        }
        String id = meant.isEmpty() ? hold : meant.get(0);
        VaultHolds.Found removed = with(name, vault -> vault.holds().remove(id));
        return view(name, removed);
    }

    private static HoldView view(String vault, VaultHolds.Found hold) {
        return new HoldView(
                hold.id(),
                vault,
                hold.versionId(),
                hold.purpose(),
                hold.server(),
                hold.since(),
                hold.lasting(),
                hold.problem());
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

    private interface Use<F, T> {
        T with(F from) throws DoppelException;
    }

    private <T> T withKeys(String name, Use<VaultKeys, T> use) throws DoppelException {
        return with(name, vault -> use.with(vault.keys()));
    }

    private <T> T with(String name, Use<Vault, T> use) throws DoppelException {
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

    @Override
    public List<VersionView> versions(Optional<String> vault, Optional<String> machine) {
        try {
            return versions.list(vault, machine);
        } catch (DoppelException e) {
            throw unreadable(e);
        }
    }

    @Override
    public VersionView version(String id) throws DoppelException {
        List<VersionView> found = id.isEmpty() ? List.of() : versions.startingWith(id);
        Optional<VersionView> exact =
                found.stream().filter(v -> v.id().equals(id)).findFirst();
        if (exact.isPresent()) {
            return exact.get();
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new DoppelException(
                CommonError.NOT_FOUND,
                found.isEmpty()
                        ? "There is no version '" + id + "'"
                        : "'" + id + "' is the start of " + found.size() + " versions");
    }

    /** The versions of a vault that are known to be damaged. */
    public List<VersionView> damagedIn(String name) throws DoppelException {
        return versions.list(Optional.of(name), Optional.empty()).stream()
                .filter(v -> v.health() == VersionView.Health.DAMAGED)
                .toList();
    }

    private List<VersionView> versions(String id) {
        try {
            return versions.startingWith(id);
        } catch (DoppelException e) {
            throw unreadable(e);
        }
    }

    @Override
    public int rebuildCatalogue(String name) throws DoppelException {
        Vault vault = open(name);
        if (vault.readOnly()) {
            vault.refresh();
        }
        versions.replaceAll(name, read(name, vault));
        // what was stored while the vault was read
        learn(name, vault);
        return vault.versionIds().size();
    }

    /** Adds versions that another server stored in the meantime, and forgets those that it removed. */
    private void learn(String name, Vault vault) throws DoppelException {
        if (records.find(name).isEmpty()) {
            return; // It is just being added.
        }
        Set<String> known = versions.list(Optional.of(name), Optional.empty()).stream()
                .map(VersionView::id)
                .collect(Collectors.toSet());
        List<String> there = vault.versionIds();
        for (String id : there) {
            if (!known.contains(id)) {
                versions.put(read(name, vault, id));
            }
        }
        versions.remove(name, known.stream().filter(id -> !there.contains(id)).toList());
        endLeftovers(name, vault);
    }

    /** Ends the holds of runs that did not survive a restart, now that it is known that this is the only opening of the vault here. */
    private static void endLeftovers(String name, Vault vault) {
        try {
            vault.holds().endLeftovers();
        } catch (DoppelException e) {
            LOG.warn("Vault '{}': holds of runs that are no more could not be ended: {}", name, e.getMessage());
        }
    }

    private static List<VersionView> read(String name, Vault vault) throws DoppelException {
        List<VersionView> found = new ArrayList<>();
        for (String id : vault.versionIds()) {
            found.add(read(name, vault, id));
        }
        return found;
    }

    private static VersionView read(String name, Vault vault, String id) throws DoppelException {
        try {
            return view(name, vault.version(id));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            return unreadable(name, id, vault.listed(id), e);
        }
    }

    /** One version that cannot be read must not keep the others from being used. */
    private static VersionView unreadable(String vault, String id, Vault.Listed listed, DoppelException why) {
        return new VersionView(
                id,
                vault,
                listed.host(),
                listed.machineId(),
                listed.machineId(),
                listed.takenAt(),
                0,
                0,
                0,
                0,
                "",
                VersionView.Health.DAMAGED,
                Instant.now(),
                List.of(why.what()));
    }

    /** A new version as people see it. */
    public static VersionView view(String vault, VersionManifest v) {
        return new VersionView(
                v.id(),
                vault,
                v.host().name(),
                v.machine().id(),
                v.machine().name(),
                v.takenAt(),
                v.disks().size(),
                v.stats().logicalBytes(),
                v.stats().dataBytes(),
                v.stats().storedBytes(),
                v.stats().newBytes(),
                v.consistency(),
                VersionView.Health.UNVERIFIED,
                Instant.EPOCH,
                List.of());
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
            forgetRemoved(name, vault, ids);
            failed(name, vault, e);
            throw named(name, vault, e);
        }
        forgetRemoved(name, vault, ids);
    }

    /** The vault decides what is there: a removal can have happened although it failed, now or before. */
    private void forgetRemoved(String name, Vault vault, List<String> ids) throws DoppelException {
        Set<String> there = Set.copyOf(vault.versionIds());
        versions.remove(name, ids.stream().filter(id -> !there.contains(id)).toList());
    }

    /** As {@link VersionRecords#validSince}. */
    public void validSince(String vault, Collection<String> ids, Instant since) throws DoppelException {
        versions.validSince(vault, ids, since);
    }

    /** Keeps what is known of a version. */
    public void keep(VersionView version) throws DoppelException {
        versions.put(version);
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
        return new VaultLink(record, types, secrets, owner, stateOf(record.name()), this::learn);
    }

    /** A folder whose name does not depend on what a file system allows in names. */
    private Path stateOf(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return folder.resolve(HexFormat.of().formatHex(digest, 0, 16));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void forgetState(String name) throws DoppelException {
        try {
            deleteAll(stateOf(name));
        } catch (IOException e) {
            throw new DoppelException(JobError.STATE_FOLDER, "'" + stateOf(name) + "' cannot be deleted", e);
        }
    }

    private static void deleteAll(Path top) throws IOException {
        if (!Files.exists(top)) {
            return;
        }
        try (Stream<Path> all = Files.walk(top)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
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
                versions.count(record.name()),
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
