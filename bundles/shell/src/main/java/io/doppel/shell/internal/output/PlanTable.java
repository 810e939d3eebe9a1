package io.doppel.shell.internal.output;

import io.doppel.api.job.MachinePlan;
import java.util.List;

/** What a job would take, as a table. */
public final class PlanTable {
    private PlanTable() {}

    /** One row for each disk, or for each machine that is not taken. */
    public static Table of(List<MachinePlan> plans) {
        Table table = new Table("No machine fits.")
                .name("MACHINE")
                .name("DISK")
                .figure("SIZE")
                .name("TAKEN")
                .text("WHY NOT")
                .text("PROBLEMS")
                .minor();
        for (MachinePlan plan : plans) {
            String machine = plan.host().isEmpty() ? plan.name() : plan.host() + "/" + plan.name();
            String problems = String.join("; ", plan.problems());
            if (plan.disks().isEmpty()) {
                table.row(machine, "-", "-", word(plan.taken()), plan.reason(), problems);
            }
            for (MachinePlan.Disk disk : plan.disks()) {
                table.row(machine, disk.key(), Human.bytes(disk.size()), word(disk.taken()), disk.reason(), problems);
            }
        }
        return table;
    }

    private static String word(boolean taken) {
        return taken ? "yes" : "no";
    }
}
