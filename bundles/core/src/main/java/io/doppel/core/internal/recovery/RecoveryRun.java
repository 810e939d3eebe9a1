package io.doppel.core.internal.recovery;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.recovery.RecoveryProgress;
import io.doppel.api.recovery.RecoveryReport;
import io.doppel.api.recovery.RecoveryReport.VaultOutcome;
import io.doppel.api.recovery.RecoveryRequest;
import io.doppel.api.secret.SecretStore;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.RecoveryError;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.FileSecretStore;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.core.internal.state.StagedState;
import io.doppel.core.internal.vault.VaultFolders;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.ServerState;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One recovery: makes the staged state and takes the vault over; nothing here is changed. Used by one thread. */
final class RecoveryRun {
    private final RecoveryRequest request;
    private final Registry<StorageType> types;
    private final SecretStore here;
    private final StagedState staged;
    private final VaultOwner me;
    private final String life;
    private final Duration wait;
    private final RecoveryProgress progress;
    private final CancelToken cancel;
    private final VaultFolders folders;
    private final List<VaultOutcome> vaults = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    RecoveryRun(
            RecoveryRequest request,
            Registry<StorageType> types,
            SecretStore here,
            StagedState staged,
            VaultOwner me,
            String life,
            Duration wait,
            RecoveryProgress progress,
            CancelToken cancel) {
        this.request = request;
        this.types = types;
        this.here = here;
        this.staged = staged;
        this.me = me;
        this.life = life;
        this.wait = wait;
        this.progress = progress;
        this.cancel = cancel;
        this.folders = new VaultFolders(staged.vaults());
    }

    /** Does all that can fail; on return the staged state is whole, and the vault is taken over and let go of. */
    RecoveryReport prepare() throws DoppelException {
        step("Opening the vault");
        CopyReader reader;
        RecoveryCopies.Found copy;
        String vaultId;
        LookSecrets looked;
        try (SourceVault.Look source = SourceVault.look(request.source(), types, here, staged.scratch(), me)) {
            Vault vault = source.vault();
            vaultId = vault.id();
            reader = new CopyReader(vault.recoveryCopies(), staged);
            copy = read(vault.recoveryCopies(), reader);
            requireGone(vault, "the vault");
            looked = source.secrets();
        }
        VaultOwner owner = new VaultOwner(copy.installation(), me.serverName(), life);
        FileSecretStore secrets = FileSecretStore.open(staged.secrets());
        looked.carryTo(secrets);
        VaultRecord own;
        try (Catalog catalog = Catalog.open(staged.catalog())) {
            own = own(catalog, secrets, vaultId);
            for (VaultRecord record : catalog.vaults().all()) {
                if (!record.name().equals(own.name())) {
                    other(record, secrets, reader.keyFiles(), owner);
                }
            }
        } finally {
            reader.keyFiles().values().forEach(key -> Arrays.fill(key, (byte) 0));
        }
        cancel.check();
        takeOver(own, secrets, owner);
        if (!reader.configured().isEmpty()) {
            notes.add("Configuration that was edited was brought back: " + String.join(", ", reader.configured())
                    + "; what of it counts at a start only counts from the next one.");
        }
        notes.add(
                "If the lost server turns up again, keep it off: it holds no vault any more, and what it would do on hosts it"
                        + " leaves undone as soon as it reaches one of its vaults.");
        return new RecoveryReport(Recovery.view(copy), vaults, notes);
    }

    private void step(String what) throws DoppelException {
        cancel.check();
        progress.step(what, 0, 0);
    }

    /** Reads the copy that was asked for, or the newest that is whole. */
    private RecoveryCopies.Found read(RecoveryCopies copies, CopyReader reader) throws DoppelException {
        List<RecoveryCopies.Found> all = copies.all();
        Optional<String> asked = request.copy();
        if (asked.isPresent()) {
            RecoveryCopies.Found copy = all.stream()
                    .filter(c -> c.id().equals(asked.get()))
                    .findFirst()
                    .orElseThrow(() -> new DoppelException(
                            VaultError.NO_COPY, "The vault has no recovery copy '" + asked.get() + "'"));
            read(copy, reader);
            return copy;
        }
        DoppelException newest = null;
        for (RecoveryCopies.Found copy : all) {
            try {
                read(copy, reader);
                return copy;
            } catch (DoppelException e) {
                if (!e.is(RecoveryError.BAD_COPY)) {
                    throw e;
                }
                notes.add("Copy " + copy.id() + " was passed over: " + e.what() + ".");
                newest = newest == null ? e : newest;
                staged.clear();
            }
        }
        throw new DoppelException(
                RecoveryError.NO_COPY,
                newest == null ? "There is none" : "None is whole; of the newest: " + newest.what(),
                newest);
    }

    private void read(RecoveryCopies.Found copy, CopyReader reader) throws DoppelException {
        step("Reading copy " + copy.id());
        if (!copy.problem().isEmpty()) {
            throw CopyReader.bad(copy.problem(), null);
        }
        reader.read(copy);
    }

    private void requireGone(Vault vault, String name) throws DoppelException {
        if (request.force()) {
            return;
        }
        String step = "Waiting whether the server that holds " + name + " answers";
        vault.requireHolderGone(
                new HolderPatience(
                        wait,
                        Duration.ofSeconds(2).compareTo(wait) < 0 ? Duration.ofSeconds(2) : wait.dividedBy(4),
                        (holder, time, most) -> progress.step(step, time.toSeconds(), most.toSeconds())),
                cancel);
    }

    /** The vault that the copy is in, with the settings that were given now: it may have moved. */
    private VaultRecord own(Catalog catalog, FileSecretStore secrets, String vaultId) throws DoppelException {
        VaultRecord kept = catalog.vaults().all().stream()
                .filter(r -> r.id().equals(vaultId))
                .findFirst()
                .orElseThrow(() -> CopyReader.bad("it does not know the vault that it is in", null));
        SecretSettings settings = new SecretSettings(secrets);
        Map<String, String> given = settings.keep(
                types.get(request.source().type()).service().settings(),
                request.source().settings(),
                "vault/" + kept.name());
        settings.forget(kept.settings());
        VaultRecord own = new VaultRecord(
                kept.name(), vaultId, request.source().type(), given, false, kept.recoveryKeyExported());
        catalog.vaults().put(own);
        return own;
    }

    /** Another vault of the lost server: it need not be there now, but if it is, its holder must be gone. */
    private void other(VaultRecord record, FileSecretStore secrets, Map<String, byte[]> keyFiles, VaultOwner owner)
            throws DoppelException {
        step("Opening vault '" + record.name() + "'");
        if (record.readOnly()) {
            vaults.add(new VaultOutcome(
                    record.name(),
                    false,
                    "It was attached for reading only, without a key file: remove it here and add it again."));
            return;
        }
        String copyOf = owner.installationId();
        Optional<byte[]> key = Optional.ofNullable(keyFiles.get(record.id()));
        Path folder = folders.of(record.name());
        ServerState.succeed(folder, record.id(), key);
        try (SourceVault vault = SourceVault.open(
                record.type(),
                types,
                record.settings(),
                secrets,
                storage -> Vault.open(storage, folder, owner, VaultAccess.READ_ONLY, new char[0]))) {
            if (!vault.vault().holder().map(copyOf::equals).orElse(true)) {
                vaults.add(new VaultOutcome(
                        record.name(),
                        false,
                        "A server of another installation took it over; it is left to that one."));
                return;
            }
            requireGone(vault.vault(), "vault '" + record.name() + "'");
            vaults.add(new VaultOutcome(
                    record.name(),
                    true,
                    "It opens; this server takes it over from the lost one when it is needed first."));
        } catch (DoppelException e) {
            if (cancel.isCancelled() || e.is(VaultError.HOLDER_LIVES)) {
                throw e;
            }
            vaults.add(new VaultOutcome(
                    record.name(), false, "It cannot be used now, and is taken over once it can: " + e.getMessage()));
        }
    }

    private void takeOver(VaultRecord own, FileSecretStore secrets, VaultOwner owner) throws DoppelException {
        step("Taking over vault '" + own.name() + "'");
        char[] unlock = request.source().unlock().clone();
        SourceVault taken = SourceVault.open(
                own.type(),
                types,
                own.settings(),
                secrets,
                storage -> Vault.open(storage, folders.of(own.name()), owner, VaultAccess.TAKE_OVER, unlock));
        try (taken) {
            vaults.add(0, new VaultOutcome(own.name(), true, "Taken over; this server has a key file of its own."));
        }
    }
}
