package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.recovery.RecoveryService;
import io.doppel.api.recovery.RecoveryStatus;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.output.Human;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Puts a recovery copy now. */
@Service
@Command(
        scope = "doppel",
        name = "recovery-copy",
        description = "Put a recovery copy of this server into a vault now, without waiting for its turn")
public final class RecoveryCopyCommand extends VaultCommand {
    @Reference
    RecoveryService recovery;

    @Override
    protected void run(String vault) throws DoppelException {
        RecoveryStatus status = recovery.copyNow(vault);
        print(
                status,
                "Vault '" + vault + "' has recovery copy " + status.copy() + " of this server: "
                        + Human.bytes(status.bytes()) + ", of which " + Human.bytes(status.storedBytes())
                        + " were new.");
    }
}
