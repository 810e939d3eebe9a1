package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.Passphrase;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.Arrays;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Adds a key slot. */
@Service
@Command(scope = "doppel", name = "key-add", description = "Add a passphrase that opens a vault")
public final class KeyAddCommand extends VaultCommand {
    @Option(name = "--label", description = "Whose passphrase it is, or what for")
    @Completion(OptionsOnly.class)
    String label;

    @Option(
            name = "--recovery",
            description = "Add a slot of the recovery key instead, when the vault's own is damaged or gone")
    boolean recovery;

    @Option(name = "--passphrase-file", description = "Take the passphrase from the first line of a file on the server")
    @Completion(OptionsOnly.class)
    String passphraseFile;

    @Option(name = "--passphrase-stdin", description = "Take the passphrase from a line of standard input")
    boolean passphraseStdin;

    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        if (recovery) {
            onlyOne("--recovery", true, "--label", label != null);
            onlyOne("--recovery", true, "--passphrase-file", passphraseFile != null);
            onlyOne("--recovery", true, "--passphrase-stdin", passphraseStdin);
            logWho(vault);
            KeySlotView slot = vaults.addRecoverySlot(vault);
            print(slot, "Slot " + slot.id() + " was added: the recovery key opens vault '" + vault + "' with it.");
            return;
        }
        String name = needed(label, "--label");
        logWho(vault);
        char[] passphrase = new Passphrase(screen(), Passphrase.Kind.NEW)
                .read(Optional.ofNullable(passphraseFile), passphraseStdin, false);
        try {
            KeySlotView slot = vaults.addPassphrase(vault, name, passphrase);
            print(slot, "Slot " + slot.id() + " was added: the passphrase '" + name + "' opens vault '" + vault + "'.");
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }
}
