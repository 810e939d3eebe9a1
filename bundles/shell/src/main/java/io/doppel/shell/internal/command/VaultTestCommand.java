package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.StorageTestService;
import io.doppel.shell.internal.StorageTester;
import io.doppel.shell.internal.VaultCommand;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Tests the storage target of a vault. */
@Service
@Command(
        scope = "doppel",
        name = "vault-test",
        description = "Test the storage target of a vault, beside whatever goes on there; leaves nothing behind")
public final class VaultTestCommand extends VaultCommand {
    @Reference
    StorageTestService tests;

    @Override
    protected void run(String vault) throws DoppelException {
        new StorageTester(screen(), json()).show((begun, cancel) -> tests.testVault(vault, begun, cancel));
    }
}
