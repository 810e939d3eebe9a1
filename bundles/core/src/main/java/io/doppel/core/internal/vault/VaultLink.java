package io.doppel.core.internal.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.secret.SecretStore;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.internal.plugin.Calls;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.core.internal.plugin.Guard;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One vault, opened when it is needed. */
final class VaultLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VaultLink.class);

    private final VaultRecord record;
    private final Registry<StorageType> types;
    private final SecretStore secrets;
    private final VaultOwner owner;
    private final Path stateFolder;
    private final Learner learner;
    private volatile Opened opened;
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
            Learner learner) {
        this.record = record;
        this.types = types;
        this.secrets = secrets;
        this.owner = owner;
        this.stateFolder = stateFolder;
        this.learner = learner;
    }

    /** The open vault; opens it if it is not. Others wait meanwhile. */
    Opened opened() throws DoppelException {
        VaultAccess access = record.readOnly() ? VaultAccess.READ_ONLY : VaultAccess.ATTACH;
        return opened((storage, folder, me) -> Vault.open(storage, folder, me, access, new char[0]));
    }

    synchronized Opened opened(Opening opening) throws DoppelException {
        if (opened != null && opened.gate().isGone()) {
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
