package io.doppel.core.internal.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.vault.VaultProgress;
import io.doppel.api.vault.VaultRequest;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.internal.job.Revocable;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a vault gets to be known here: made, attached, taken over or attached for reading, and nothing is left of one that fails. */
final class VaultAddition {
    private final NamedRecords<VaultRecord> records;
    private final Vaults vaults;
    private final Registry<StorageType> types;
    private final SecretSettings settings;

    VaultAddition(
            NamedRecords<VaultRecord> records, Vaults vaults, Registry<StorageType> types, SecretSettings settings) {
        this.records = records;
        this.vaults = vaults;
        this.types = types;
        this.settings = settings;
    }

    /**
     * Adds a vault; nobody else adds one of that name meanwhile.
     *
     * @param decision made before another server's vault is taken over or a new one is made, else when it is known to be usable
     * @throws DoppelException {@link CommonError#EXISTS}, {@link CommonError#BAD_SETTING}, or why it cannot be made or opened
     */
    VaultRecord add(VaultRequest request, VaultProgress progress, Revocable.Decision decision) throws DoppelException {
        String name = request.name();
        if (records.find(name).isPresent()) {
            throw new DoppelException(CommonError.EXISTS, "There is a vault '" + name + "' already");
        }
        if (!List.of("zstd", "lz4").contains(request.compression())) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'compression' is '" + request.compression() + "', expected zstd or lz4");
        }
        boolean fresh = request.access() == VaultRequest.Access.CREATE;
        if (!fresh && request.domainOf().isPresent()) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "Only a vault that is made can take the dedup domain of another one");
        }
        Optional<Vault> domainOf = request.domainOf().isEmpty()
                ? Optional.empty()
                : Optional.of(vaults.open(request.domainOf().get()));
        if (fresh && request.unlock().length > 0) {
            NewPassphrase.check(request.unlock());
        }
        Plugin<StorageType> plugin = types.get(request.type());
        Map<String, String> kept = settings.keep(plugin.service().settings(), request.settings(), "vault/" + name);
        boolean readOnly = request.access() == VaultRequest.Access.READ_ONLY;
        VaultLink link = vaults.link(new VaultRecord(name, "", request.type(), kept, readOnly, false));
        boolean added = false;
        try {
            vaults.folders().forget(name);
            progress.step("Opening the storage target", 0, 0);
            Vault vault = link.opened((storage, state, me) -> {
                        Opening opening = new Opening(storage, state, me);
                        return open(request, domainOf, opening, progress, decision);
                    })
                    .vault();
            requireUnknown(vault);
            VaultRecord record =
                    new VaultRecord(name, vault.id(), request.type(), kept, readOnly, vault.recoveryKeyExported());
            progress.step("Reading the vault's versions", 0, 0);
            vaults.known().readAll(name, vault);
            decision.make();
            // before it is known: whoever hears of it then finds it open, and does not open it a second time
            vaults.adopt(record, link);
            records.add(record);
            added = true;
            VaultHoldings.endLeftovers(name, vault);
            return record;
        } finally {
            if (!added) {
                vaults.drop(name);
                link.close();
                settings.forget(kept);
                vaults.folders().forget(name);
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

    /**
     * What a vault is opened with.
     *
     * @param storage its target
     * @param state folder of the vault on this server
     * @param me this server
     */
    private record Opening(Storage storage, Path state, VaultOwner me) {}

    private Vault open(
            VaultRequest request,
            Optional<Vault> domainOf,
            Opening at,
            VaultProgress progress,
            Revocable.Decision decision)
            throws DoppelException {
        char[] unlock = request.unlock().clone();
        try {
            progress.step("Opening the vault", 0, 0);
            return switch (request.access()) {
                case CREATE -> {
                    decision.make();
                    yield domainOf.isPresent()
                            ? Vault.create(
                                    at.storage(), at.state(), at.me(), request.compression(), unlock, domainOf.get())
                            : Vault.create(at.storage(), at.state(), at.me(), request.compression(), unlock);
                }
                case ATTACH -> Vault.open(at.storage(), at.state(), at.me(), VaultAccess.ATTACH, unlock);
                case TAKE_OVER -> {
                    requireMayTakeOver(request, at, unlock.clone(), progress, decision.token());
                    decision.make();
                    progress.step("Taking the vault over", 0, 0);
                    yield Vault.open(at.storage(), at.state(), at.me(), VaultAccess.TAKE_OVER, unlock);
                }
                case READ_ONLY -> Vault.open(at.storage(), at.state(), at.me(), VaultAccess.READ_ONLY, unlock);
            };
        } finally {
            Arrays.fill(unlock, '\0');
        }
    }

    private void requireMayTakeOver(
            VaultRequest request, Opening at, char[] unlock, VaultProgress progress, CancelToken cancel)
            throws DoppelException {
        // taking over a vault that this server itself uses under another name would end its running backups
        try (Vault look = Vault.open(at.storage(), at.state(), at.me(), VaultAccess.READ_ONLY, unlock)) {
            requireUnknown(look);
            if (!request.force()) {
                look.requireHolderGone(
                        HolderPatience.usual((holder, time, most) ->
                                progress.step(waiting(holder, most), time.toSeconds(), most.toSeconds())),
                        cancel);
            }
        }
    }

    private static String waiting(String holder, Duration most) {
        return "Waiting at most " + most.toSeconds() + " s whether "
                + (holder.isEmpty()
                        ? "the server that holds the vault"
                        : "server '" + holder + "', which holds the vault,")
                + " answers";
    }
}
