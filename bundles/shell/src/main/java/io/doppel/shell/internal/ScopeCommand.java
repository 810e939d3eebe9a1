package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.RetentionService;
import io.doppel.shell.internal.complete.MachineNames;
import io.doppel.shell.internal.complete.RoleNames;
import io.doppel.shell.internal.complete.VaultNames;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;

/** A command about the policy of a vault or role, for all machines or one. */
public abstract class ScopeCommand extends PlainCommand {
    /** Retention. */
    @Reference
    protected RetentionService retention;

    @Option(name = "--vault", description = "The policy of this vault")
    @Completion(VaultNames.class)
    String vault;

    @Option(name = "--role", description = "The policy of all vaults of this role: onsite or offsite")
    @Completion(RoleNames.class)
    String role;

    @Option(name = "--machine", description = "Only for this machine, as host/machine")
    @Completion(MachineNames.class)
    String machine;

    /** What the options name. */
    protected final RetentionScope scope() throws DoppelException {
        onlyOne("--vault", vault != null, "--role", role != null);
        RetentionScope place = role == null
                ? RetentionScope.ofVault(needed(vault, "--vault or --role"))
                : RetentionScope.ofRole(role(role));
        return machine == null ? place : place.withMachine(machine);
    }
}
