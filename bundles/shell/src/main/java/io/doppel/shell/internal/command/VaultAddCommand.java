package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.KeyReminder;
import io.doppel.shell.internal.Passphrase;
import io.doppel.shell.internal.Watched;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.StorageSettings;
import io.doppel.shell.internal.complete.StorageTypes;
import io.doppel.shell.internal.complete.VaultNames;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Adds a vault. */
@Service
@Command(scope = "doppel", name = "vault-add", description = "Make a vault, or attach an existing one")
public final class VaultAddCommand extends DoppelCommand {
    @Argument(name = "TYPE", description = "Storage type, see vault-types", multiValued = true)
    @Completion(StorageTypes.class)
    List<String> arguments;

    @Option(name = "--name", description = "Name of the vault here")
    @Completion(OptionsOnly.class)
    String name;

    @Option(name = "--set", description = SET, multiValued = true)
    @Completion(StorageSettings.class)
    List<String> set;

    @Option(name = "--set-secret", description = SET_SECRET, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> setSecret;

    @Option(name = "--attach", description = "Use an existing vault, as its only server")
    boolean attach;

    @Option(name = "--take-over", description = "As --attach, from another server that is gone for good")
    boolean takeOver;

    @Option(
            name = "--cut-off-living",
            description = "With --take-over: without asking that server first; if it lives, it loses the vault")
    boolean force;

    @Option(name = "--read-only", description = "Look at an existing vault beside its server")
    boolean readOnly;

    @Option(name = "--compression", description = "Compression of a new vault: zstd or lz4")
    @Completion(
            value = OptionsOnly.class,
            values = {"zstd", "lz4"})
    String compression = "zstd";

    @Option(
            name = "--domain-of",
            description =
                    "A vault here whose dedup domain a new vault shares, so that versions can be copied between the two")
    @Completion(VaultNames.class)
    String domainOf;

    @Option(name = "--passphrase-file", description = "Take the passphrase from the first line of a file on the server")
    @Completion(OptionsOnly.class)
    String passphraseFile;

    @Option(name = "--passphrase-stdin", description = "Take the passphrase from a line of standard input")
    boolean passphraseStdin;

    @Option(
            name = "--no-passphrase",
            description = "Use no passphrase: only this server's key file and the recovery key open the vault")
    boolean noPassphrase;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String type = one(words, "TYPE");
        VaultRequest.Access access = access();
        Form form = new Form(screen(), Form.find(vaults.storageTypes(), type));
        Map<String, String> settings = form.fill(values(set), values(setSecret));
        boolean fresh = access == VaultRequest.Access.CREATE;
        char[] passphrase = new Passphrase(screen(), fresh ? Passphrase.Kind.OF_NEW_VAULT : Passphrase.Kind.EXISTING)
                .read(Optional.ofNullable(passphraseFile), passphraseStdin, noPassphrase);
        try {
            VaultRequest request = new VaultRequest(
                    needed(name, "--name"),
                    type,
                    settings,
                    access,
                    compression,
                    passphrase,
                    Optional.ofNullable(domainOf),
                    force);
            VaultView vault = new Watched(screen(), json() || !screen().canRedraw())
                    .call((steps, cancel) -> vaults.addVault(request, steps::step, cancel));
            print(vault, "Vault '" + vault.name() + "' was " + (fresh ? "made." : "attached."));
            KeyReminder.show(screen(), List.of(vault));
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private VaultRequest.Access access() throws DoppelException {
        onlyOne("--attach", attach, "--take-over", takeOver, "--read-only", readOnly);
        if (force && !takeOver) {
            throw usage("--cut-off-living goes with --take-over");
        }
        if (attach) {
            return VaultRequest.Access.ATTACH;
        }
        if (takeOver) {
            return VaultRequest.Access.TAKE_OVER;
        }
        return readOnly ? VaultRequest.Access.READ_ONLY : VaultRequest.Access.CREATE;
    }
}
