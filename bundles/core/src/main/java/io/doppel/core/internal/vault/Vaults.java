package io.doppel.core.internal.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.OpenVaults;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The vaults: kept in the catalogue, opened when they are first needed and again when their plug-in has returned. */
public final class Vaults implements OpenVaults, AutoCloseable {
    private final NamedRecords<VaultRecord> records;
    private final KnownVersions known;
    private final Registry<StorageType> types;
    private final SecretStore secrets;
    private final VaultOwner owner;
    private final VaultFolders folders;
    private final TargetLook look;
    private final Map<String, VaultLink> links = new ConcurrentHashMap<>();

    /**
     * Vaults of the catalogue.
     *
     * @param folder where key files and leases are kept, a folder for each vault
     */
    public Vaults(Catalog catalog, Registry<StorageType> types, SecretStore secrets, VaultOwner owner, Path folder) {
        this.records = catalog.vaults();
        this.known = new KnownVersions(catalog.versions());
        this.types = types;
        this.secrets = secrets;
        this.owner = owner;
        this.folders = new VaultFolders(folder);
        this.look = new TargetLook(types, secrets);
    }

    /** Something that is done with an open vault, or with a part of it. */
    interface Use<F, T> {
        T with(F from) throws DoppelException;
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

    /** Names of all vaults. */
    public List<String> names() throws DoppelException {
        return records.all().stream().map(VaultRecord::name).toList();
    }

    /** The versions as the catalogue knows them. */
    public KnownVersions known() {
        return known;
    }

    /** Takes note of what other servers did to a vault. */
    void learn(String name, Vault vault) throws DoppelException {
        if (records.find(name).isEmpty()) {
            return; // It is just being added.
        }
        known.learn(name, vault);
        VaultHoldings.endLeftovers(name, vault);
    }

    /** Of a vault that is attached for reading only: looks at what its server did since. */
    public void refresh(String name, Vault vault) throws DoppelException {
        if (vault.readOnly()) {
            vault.refresh();
            known.learn(name, vault);
        }
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
        context.waitsFor(linkOf(record(name)).calls());
        Optional<Vault> there = Optional.ofNullable(links.get(name))
                        .filter(VaultLink::isDoubtful)
                        .isPresent()
                ? Optional.empty()
                : ifOpen(name);
        return there.isPresent() ? there.get() : context.unlessCancelled(() -> open(name));
    }

    /** The storage target of that vault; opens the vault if it is not open. */
    public Storage storage(String name) throws DoppelException {
        return linkOf(record(name)).opened().storage();
    }

    /** The storage target of that vault if it is open now. */
    public Optional<Storage> storageIfOpen(String name) {
        return Optional.ofNullable(links.get(name)).flatMap(VaultLink::ifOpen).map(VaultLink.Opened::storage);
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

    /**
     * Tells that work with the vault failed. If it was taken over, it is opened anew when it is needed next; if its target could not be reached,
     * too, but only if the vault turns out to be there in a folder that is another one now.
     */
    public void failed(String name, Vault vault, DoppelException e) {
        VaultLink link = links.get(name);
        if (link != null && e.is(VaultError.LEASE_LOST)) {
            link.failed(vault, e);
        } else if (link != null && e.is(StorageError.UNREACHABLE)) {
            link.unreached(vault);
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

    /** The vaults that are open for writing now, by name. */
    public Map<String, Vault> openForWriting() {
        Map<String, Vault> open = new TreeMap<>();
        links.forEach((name, link) -> link.ifOpen()
                .map(VaultLink.Opened::vault)
                .filter(v -> !v.readOnly())
                .ifPresent(v -> open.put(name, v)));
        return open;
    }

    /** Those that are attached for writing, open or not. */
    public List<VaultRecord> attachedForWriting() throws DoppelException {
        return records.all().stream().filter(r -> !r.readOnly()).toList();
    }

    /** This server as vaults know it. */
    public VaultOwner owner() {
        return owner;
    }

    /**
     * What is kept of a vault.
     *
     * @throws DoppelException {@link CommonError#NOT_FOUND}
     */
    public VaultRecord record(String name) throws DoppelException {
        return records.find(name)
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + name + "'"));
    }

    VaultLink linkOf(VaultRecord record) {
        return links.computeIfAbsent(record.name(), n -> link(record));
    }

    /** A link to a vault that is not kept yet; {@link #adopt} makes it the vault's, else the caller closes it. */
    VaultLink link(VaultRecord record) {
        return new VaultLink(record, types, secrets, owner, folders.of(record.name()), this::learn, look);
    }

    /** Looks which vault is at a place. */
    TargetLook look() {
        return look;
    }

    /** From now on that link is the vault's, about which all is known now. */
    void adopt(VaultRecord record, VaultLink link) {
        link.known(record);
        links.put(record.name(), link);
    }

    /** Closes a vault that is about to be forgotten. */
    void drop(String name) {
        Optional.ofNullable(links.remove(name)).ifPresent(VaultLink::close);
    }

    /** Where key files and leases are kept. */
    public VaultFolders folders() {
        return folders;
    }

    /** Closes all vaults; comes back also if storage targets hang. */
    @Override
    public void close() {
        VaultClosing.closeAll(Map.copyOf(links));
        links.clear();
    }
}
