package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.Count;
import io.doppel.api.job.LogLine;
import io.doppel.core.internal.inventory.Hosts;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.spi.job.TaskScope;
import java.util.List;

/** What earlier runs left on a host. */
final class Leftovers {
    private Leftovers() {}

    /** Has them removed before a run makes something there, as a part of the run; does nothing while somebody works there. */
    static void sweep(Hosts hosts, String host, CoreContext context) throws DoppelException {
        context.dependOn(hosts.gateOf(host));
        TaskScope task = context.task().child("Prepare host '" + host + "'");
        List<String> removed = context.unlessCancelled(() -> hosts.sweep(host));
        removed.forEach(line -> task.log(LogLine.Level.INFO, "Removed a leftover on host '" + host + "': " + line));
        task.succeed(
                removed.isEmpty() ? "Nothing was left behind" : Count.text(removed.size(), "leftover") + " removed");
    }
}
