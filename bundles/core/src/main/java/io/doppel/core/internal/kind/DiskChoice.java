package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.MachinePlan;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CoreContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which of a machine's disks a backup takes: those that were named, or all that the host does not exclude. */
final class DiskChoice {
    private DiskChoice() {}

    /** @param named keys of the disks wanted; empty if none was named */
    static List<MachinePlan.Disk> of(Machine machine, List<String> named) {
        return machine.disks().stream()
                .map(d -> {
                    String reason = named.isEmpty()
                            ? d.excluded()
                            : named.contains(d.key()) ? "" : "other disks were asked for";
                    return new MachinePlan.Disk(d.key(), d.name(), d.size(), reason.isEmpty(), reason);
                })
                .toList();
    }

    /** The keys for the snapshot of the run's machine, none for all disks; the log tells what is left out unasked. */
    static Set<String> keys(CoreContext context, List<String> named) throws DoppelException {
        List<MachinePlan.Disk> plan = of(context.machine().orElseThrow().machine(), named);
        List<MachinePlan.Disk> leftOut = plan.stream().filter(d -> !d.taken()).toList();
        if (!named.isEmpty() || leftOut.isEmpty()) {
            return Set.copyOf(named);
        }
        leftOut.forEach(d -> context.task()
                .log(LogLine.Level.INFO, "Disk '" + d.key() + "' (" + d.name() + ") is left out: " + d.reason()));
        if (leftOut.size() == plan.size()) {
            throw new DoppelException(
                    JobError.NO_DISKS, "Every disk of the machine is left out; name those that you want all the same");
        }
        return plan.stream()
                .filter(MachinePlan.Disk::taken)
                .map(MachinePlan.Disk::key)
                .collect(Collectors.toSet());
    }
}
