package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.settings.Settings;
import io.doppel.spi.job.JobHandler;
import java.util.ArrayList;
import java.util.List;

/** Tells what a run would take, without making one. */
final class Preview {
    private Preview() {}

    static List<MachinePlan> of(JobDefinition definition, JobHandler handler, HostAccess hosts) throws DoppelException {
        Settings options = handler.options().parse(definition.options());
        MachineSource source = CoreHandler.machines(handler, options).orElse(hosts);
        List<Selection> patterns = Selection.parse(definition.machines());
        boolean tagsToo = Selection.askForTags(patterns);
        Selected found = Selected.find(
                patterns, source.hostNames(), CancelToken.NEVER, host -> source.machinesOf(host, tagsToo));
        List<MachinePlan> plans = new ArrayList<>();
        for (HostMachine m : found.machines()) {
            plans.add(plan(m, "", disks(handler, m.machine(), options)));
        }
        found.leftOut().forEach((m, why) -> plans.add(plan(m, why, List.of())));
        found.failures()
                .forEach((pattern, e) ->
                        plans.add(new MachinePlan("", "", pattern, false, e.getMessage(), List.of(), List.of())));
        return plans;
    }

    private static List<MachinePlan.Disk> disks(JobHandler handler, Machine machine, Settings options) {
        return handler instanceof CoreHandler own ? own.disks(machine, options) : MachinePlan.all(machine);
    }

    private static MachinePlan plan(HostMachine m, String whyNot, List<MachinePlan.Disk> disks) {
        Machine machine = m.machine();
        return new MachinePlan(
                m.host(), machine.id(), machine.name(), whyNot.isEmpty(), whyNot, machine.problems(), disks);
    }
}
