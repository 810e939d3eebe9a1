package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.retention.VaultRole;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.complete.RoleNames;
import io.doppel.shell.internal.output.Human;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows or sets the role of a vault. */
@Service
@Command(
        scope = "doppel",
        name = "retention-role",
        description = "Show or set the role of a vault, by which the policies of roles count for it")
public final class RetentionRoleCommand extends VaultCommand {
    @Option(name = "--role", description = "Its role from now on: onsite or offsite")
    @Completion(RoleNames.class)
    String role;

    @Reference
    RetentionService retention;

    @Override
    protected void run(String vault) throws DoppelException {
        if (role != null) {
            retention.setRole(vault, role(role));
        }
        VaultRole now = retention.role(vault);
        print(Map.of("vault", vault, "role", now), "Vault '" + vault + "' is " + Human.word(now) + ".");
    }
}
