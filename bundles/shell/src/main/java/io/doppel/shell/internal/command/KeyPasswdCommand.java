package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.Passphrase;
import io.doppel.shell.internal.complete.KeySlotIds;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Changes a passphrase. */
@Service
@Command(scope = "doppel", name = "key-passwd", description = "Change a passphrase of a vault")
public final class KeyPasswdCommand extends DoppelCommand {
    @Argument(
            name = "VAULT [SLOT]",
            description = "The vault, then the slot's id or label, which is not needed if there is only one passphrase",
            multiValued = true)
    @Completion(KeySlotIds.class)
    List<String> arguments;

    @Option(
            name = "--passphrase-file",
            description = "Take the new passphrase from the first line of a file on the server")
    @Completion(OptionsOnly.class)
    String passphraseFile;

    @Option(name = "--passphrase-stdin", description = "Take the new passphrase from a line of standard input")
    boolean passphraseStdin;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        if (words.isEmpty() || words.size() > 2) {
            throw usage("Give the vault, and at most one slot");
        }
        String vault = words.get(0);
        Optional<String> slot = words.stream().skip(1).findFirst();
        logWho(vault);
        char[] passphrase = new Passphrase(screen(), Passphrase.Kind.NEW)
                .read(Optional.ofNullable(passphraseFile), passphraseStdin, false);
        try {
            KeySlotView now = vaults.changePassphrase(vault, slot, passphrase);
            print(
                    now,
                    "The passphrase '" + now.label() + "' of vault '" + vault + "' was changed; its slot now is "
                            + now.id() + ".");
            screen().err().println("Copies of the vault from before still open with the old one: see docs/keys.md.");
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }
}
