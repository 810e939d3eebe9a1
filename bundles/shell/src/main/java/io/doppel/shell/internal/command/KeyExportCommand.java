package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.KeyFile;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Exports a recovery key. */
@Service
@Command(scope = "doppel", name = "key-export", description = "Show or save the recovery key of a vault")
public final class KeyExportCommand extends VaultCommand {
    @Option(
            name = "--file",
            description = "Write it to a new file on the server, which only the server's user can read")
    @Completion(OptionsOnly.class)
    String file;

    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        logWho(vault);
        if (file == null) {
            show(vault, vaults.exportRecoveryKey(vault));
        } else {
            Path written = KeyFile.write(file, () -> vaults.exportRecoveryKey(vault));
            print(
                    Map.of("vault", vault, "file", written.toString()),
                    "The recovery key of vault '" + vault + "' is in " + written + ".");
        }
        screen().err()
                .println(
                        "Keep it outside this server, on paper or in a password safe: it opens the vault without anything"
                                + " else, and whoever has it can read every version.");
    }

    /** As text it never becomes a string, which could not be cleared. */
    private void show(String vault, char[] key) {
        try {
            if (json()) {
                printJson(Map.of("vault", vault, "recoveryKey", key));
            } else {
                screen().out().println(key);
            }
        } finally {
            Arrays.fill(key, '\0');
        }
    }
}
