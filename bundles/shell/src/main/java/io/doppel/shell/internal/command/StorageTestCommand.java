package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.StorageTestService;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.StorageTester;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.StorageSettings;
import io.doppel.shell.internal.complete.StorageTypes;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Tests a storage target. */
@Service
@Command(
        scope = "doppel",
        name = "storage-test",
        description =
                "Test a storage target before a vault is kept there; takes about ten seconds and leaves nothing behind")
public final class StorageTestCommand extends DoppelCommand {
    @Argument(name = "TYPE", description = "Storage type, see vault-types", multiValued = true)
    @Completion(StorageTypes.class)
    List<String> arguments;

    @Option(name = "--set", description = SET, multiValued = true)
    @Completion(StorageSettings.class)
    List<String> set;

    @Option(name = "--set-secret", description = SET_SECRET, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> setSecret;

    @Option(name = "--read-only", description = "Put nothing there, as for a vault that is only looked at")
    boolean readOnly;

    @Reference
    VaultService vaults;

    @Reference
    StorageTestService tests;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String type = one(words, "TYPE");
        Map<String, String> settings =
                new Form(screen(), Form.find(vaults.storageTypes(), type)).fill(values(set), values(setSecret));
        new StorageTester(screen(), json())
                .show((begun, cancel) -> tests.testStorage(type, settings, readOnly, begun, cancel));
    }
}
