package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionScope;
import io.doppel.shell.internal.ScopeCommand;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes a policy. */
@Service
@Command(
        scope = "doppel",
        name = "retention-clear",
        description = "Remove a policy; the next less specific one counts then, or everything is kept")
public final class RetentionClearCommand extends ScopeCommand {
    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Override
    protected void run() throws DoppelException {
        RetentionScope scope = scope();
        confirm(yes, "Remove the policy of " + scope + "? The next less specific one counts then.");
        retention.clearPolicy(scope);
        print(Map.of("cleared", scope), "The policy of " + scope + " was removed.");
    }
}
