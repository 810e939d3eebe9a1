package io.doppel.core.internal.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.secret.SecretStore;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.internal.plugin.Calls;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.core.internal.plugin.Guard;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One vault, opened when it is needed. */
final class VaultLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VaultLink.class);
    /** No vault has an object of this name. */
    private static final String ABSENT = "absent";

    private final Registry<StorageType> types;
    private final SecretStore secrets;
    private final VaultOwner owner;
    private final Path stateFolder;
    private final Learner learner;
    private final TargetLook look;
    private volatile VaultRecord record;
    private volatile Opened opened;
    /** The opening through which the target could not be reached last; null if there is none. */
    private volatile Vault unreached;
    /** The calls to the storage target, whenever it is open. */
    private final Calls calls = new Calls();
    /** The storage target, guarded, from before the vault is opened until it is closed. */
    private volatile Storage target;

    private volatile Status status = new Status(ConnectionState.UNKNOWN, "");

    /**
     * How the vault is.
     *
     * @param state whether it can be used
     * @param message why not
     */
    record Status(ConnectionState state, String message) {}

    /**
     * An open vault.
     *
     * @param vault the vault
     * @param storage its storage target, guarded
     * @param gate tells when the storage type's plug-in leaves
     */
    record Opened(Vault vault, Storage storage, Gate gate) {}

    /** How a vault gets from its storage target. */
    interface Opening {
        Vault open(Storage storage, Path stateFolder, VaultOwner owner) throws DoppelException;
    }

    /** Keeps what was changed. */
    interface Keeping {
        void keep(VaultRecord now) throws DoppelException;
    }

    /** Takes note of what a vault that was just opened holds. */
    interface Learner {
        void learn(String name, Vault vault) throws DoppelException;
    }

    VaultLink(
            VaultRecord record,
            Registry<StorageType> types,
            SecretStore secrets,
            VaultOwner owner,
            Path stateFolder,
            Learner learner,
            TargetLook look) {
        this.record = record;
        this.types = types;
        this.secrets = secrets;
        this.owner = owner;
        this.stateFolder = stateFolder;
        this.learner = learner;
        this.look = look;
    }

    /** The open vault; opens it if it is not. Others wait meanwhile. */
    Opened opened() throws DoppelException {
        VaultAccess access = record.readOnly() ? VaultAccess.READ_ONLY : VaultAccess.ATTACH;
        return opened((storage, folder, me) -> Vault.open(storage, folder, me, access, new char[0]));
    }

    synchronized Opened opened(Opening opening) throws DoppelException {
        if (opened != null && (opened.gate().isGone() || isReplaced(opened))) {
            close();
        }
        if (opened == null) {
            try {
                opened = open(opening);
                boolean readOnly = opened.vault().readOnly();
                status = new Status(readOnly ? ConnectionState.READ_ONLY : ConnectionState.CONNECTED, "");
                opened.vault().warnings().forEach(w -> LOG.warn("Vault '{}': {}", record.name(), w));
            } catch (DoppelException e) {
                boolean gone = e.is(CommonError.PLUGIN_GONE);
                status = new Status(gone ? ConnectionState.NO_PLUGIN : ConnectionState.FAILED, e.getMessage());
                throw e;
            }
        }
        return opened;
    }

    private Opened open(Opening opening) throws DoppelException {
        Plugin<StorageType> plugin = types.get(record.type());
        Storage storage = Guard.wrap(Storage.class, openTarget(plugin), plugin.gate(), calls);
        target = storage;
        boolean done = false;
        try {
            Vault vault = opening.open(storage, stateFolder, owner);
            try {
                learner.learn(record.name(), vault);
                // if it left meanwhile, nobody will tell this link to let go of it
                plugin.gate().check();
                done = true;
            } finally {
                if (!done) {
                    vault.close();
                }
            }
            return new Opened(vault, storage, plugin.gate());
        } finally {
            if (!done) {
                storage.close();
                target = null;
            }
        }
    }

    /** What was not known of the vault before it was opened. */
    void known(VaultRecord now) {
        record = now;
    }

    /**
     * Uses other settings from now on: opens the vault anew with them and has them kept. If either fails, the old ones are used when the
     * vault is needed next.
     *
     * @throws DoppelException {@link JobError#OTHER_VAULT}; why it cannot be opened; what keeping throws
     */
    synchronized void change(VaultRecord now, Keeping keeping) throws DoppelException {
        VaultRecord was = record;
        close();
        record = now;
        boolean kept = false;
        try {
            String there = opened().vault().id();
            if (!there.equals(now.id())) {
                throw TargetLook.other(now, Set.of(there));
            }
            keeping.keep(now);
            kept = true;
        } finally {
            if (!kept) {
                close();
                record = was;
                // what was found out with the new settings says nothing about the old ones
                status = new Status(ConnectionState.UNKNOWN, "");
            }
        }
    }

    /**
     * The target could not be reached through this opening. The next use finds out whether that is because the vault's folder is another
     * one now, made or mounted again, which an opening never takes for its own.
     */
    void unreached(Vault vault) {
        unreached = vault;
    }

    /** Whether somebody should look at the opening before it is used. */
    boolean isDoubtful() {
        Opened now = opened;
        return now != null && now.vault() == unreached;
    }

    /** Whether the vault is where it should be, but not within reach of this opening. */
    private boolean isReplaced(Opened now) {
        if (!isDoubtful()) {
            return false;
        }
        if (reaches(now.storage())) {
            unreached = null;
            return false;
        }
        // one for reading only has no key file with which it could be opened again
        if (record.readOnly()) {
            return false;
        }
        try {
            look.require(record);
        } catch (DoppelException e) {
            LOG.debug("Vault '{}' is not where it was", record.name(), e);
            return false;
        }
        // the target may just have come back for this opening, too
        if (reaches(now.storage())) {
            unreached = null;
            return false;
        }
        LOG.warn("Vault '{}': its folder was made or mounted again; the vault is opened anew", record.name());
        return true;
    }

    /** Storage targets look whether their folder is the one that was opened when they miss something in it. */
    private static boolean reaches(Storage storage) {
        try {
            storage.stat(ABSENT);
            return true;
        } catch (DoppelException e) {
            return !e.is(StorageError.UNREACHABLE);
        }
    }

    private Storage openTarget(Plugin<StorageType> plugin) throws DoppelException {
        StorageType type = plugin.service();
        try (Calls.Open call = calls.begin()) {
            return type.open(SecretSettings.forPlugin(type.settings(), record.settings()), secrets);
        }
    }

    /** This opening of the vault cannot be used any more; the next use opens it anew. */
    synchronized void failed(Vault vault, DoppelException e) {
        if (opened != null && opened.vault() == vault) {
            status = new Status(ConnectionState.FAILED, e.getMessage());
            close();
        }
    }

    /** The vault if it is open now. */
    Optional<Opened> ifOpen() {
        // without the lock, which is held while the vault is being opened: others must not wait for a slow target
        return Optional.ofNullable(opened).filter(o -> !o.gate().isGone());
    }

    /** Lets go of a vault whose plug-in has left, so that its classes can go. */
    void dropIfOf(String type) {
        Opened now = opened;
        if (record.type().equals(type) && now != null && now.gate().isGone()) {
            close();
        }
    }

    Status status() {
        if (types.find(record.type()).isEmpty()) {
            return new Status(
                    ConnectionState.NO_PLUGIN,
                    new DoppelException(CommonError.PLUGIN_GONE, "There is no storage type '" + record.type() + "'")
                            .getMessage());
        }
        Status now = status;
        Opened last = opened;
        boolean usable = last != null && !last.gate().isGone();
        // What was found out with a plug-in that has left since says nothing about the one that is there now.
        boolean stale = now.message().isEmpty() ? !usable : now.state() == ConnectionState.NO_PLUGIN;
        return stale ? new Status(ConnectionState.UNKNOWN, "") : now;
    }

    /** Free bytes of the target, −1 if unknown. */
    long freeBytes() {
        try {
            Optional<Opened> open = ifOpen();
            return open.isEmpty()
                    ? -1
                    : open.get().storage().space().map(StorageSpace::free).orElse(-1L);
        } catch (DoppelException e) {
            LOG.debug("Vault '{}' does not tell its free space", record.name(), e);
            return -1;
        }
    }

    @Override
    public synchronized void close() {
        if (opened == null) {
            return;
        }
        Opened was = opened;
        opened = null;
        try {
            was.vault().close();
        } catch (DoppelException | RuntimeException e) {
            LOG.warn("Vault '{}' was not closed cleanly: {}", record.name(), e.getMessage());
        } finally {
            was.storage().close();
            target = null;
        }
    }

    /** The calls to the storage target, in this opening of the vault and in later ones. */
    Calls calls() {
        return calls;
    }

    /**
     * Breaks off what waits for the storage target, as far as that can be done; then what it did is left as by a crash. Without the lock,
     * which whoever waits may hold.
     */
    void breakOff() {
        Storage now = target;
        if (now != null) {
            now.close();
        }
    }
}
