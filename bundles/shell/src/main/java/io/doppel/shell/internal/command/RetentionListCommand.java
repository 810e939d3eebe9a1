package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.retention.RetentionSetting;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Retention;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists policies. */
@Service
@Command(
        scope = "doppel",
        name = "retention-list",
        description = "List the policies that say which versions are kept, and the roles of the vaults")
public final class RetentionListCommand extends PlainCommand {
    @Reference
    VaultService vaults;

    @Reference
    RetentionService retention;

    @Override
    protected void run() throws DoppelException {
        Table table = new Table("There is no vault and no policy.")
                .name("VAULT")
                .name("ROLE")
                .name("MACHINE")
                .text("KEEP")
                .name("MINIMUM AGE")
                .name("TIME ZONE")
                .minor();
        Map<String, VaultRole> roles = new TreeMap<>();
        for (VaultView vault : vaults.vaults()) {
            roles.put(vault.name(), retention.role(vault.name()));
        }
        List<RetentionSetting> policies = retention.policies();
        for (RetentionSetting setting : policies) {
            RetentionScope scope = setting.scope();
            table.row(
                    scope.vault().orElse("all"),
                    Human.word(
                            scope.role().orElseGet(() -> roles.get(scope.vault().orElseThrow()))),
                    scope.machine().orElse("all"),
                    Retention.counts(setting.policy()),
                    Retention.minimumAge(setting.policy()),
                    setting.policy().zone());
        }
        roles.forEach((vault, role) -> {
            if (policies.stream().noneMatch(p -> p.scope().equals(RetentionScope.ofVault(vault)))) {
                boolean ofRole = policies.stream().anyMatch(p -> p.scope().equals(RetentionScope.ofRole(role)));
                table.row(vault, Human.word(role), "all", ofRole ? "as its role" : "everything", "-", "-");
            }
        });
        print(Map.of("roles", roles, "policies", policies), table);
    }
}
