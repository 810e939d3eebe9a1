package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.settings.Settings;
import io.doppel.spi.job.JobContext;
import io.doppel.spi.job.JobHandler;
import java.util.List;
import java.util.Optional;

/** A job handler that lives in the core; only the engine runs it. */
public interface CoreHandler extends JobHandler {
    /** As {@link JobHandler#run(JobContext)}. */
    void run(CoreContext context) throws DoppelException;

    /** Where its runs have their place; constant. */
    default Place place() {
        return Place.LIMITED;
    }

    /**
     * Names of the vaults that a run with these options adds data to. Such a run is refused before it begins, and stopped before its next
     * machine, when space runs low.
     */
    default List<String> fills(Settings options) {
        return List.of();
    }

    /** Which disks of a machine a run takes with these options, for a kind that works on machines. */
    default List<MachinePlan.Disk> disks(Machine machine, Settings options) {
        return MachinePlan.all(machine);
    }

    /**
     * Where the machines of a run with these options are found; empty if on the hosts. Otherwise runs hold neither machines nor hosts, and go
     * on when a host's plug-in leaves.
     */
    default Optional<MachineSource> machines(Settings options) {
        return Optional.empty();
    }

    /** As {@link #machines} of any handler. */
    static Optional<MachineSource> machines(JobHandler handler, Settings options) {
        return handler instanceof CoreHandler own ? own.machines(options) : Optional.empty();
    }

    @Override
    default void run(JobContext context) throws DoppelException {
        run((CoreContext) context);
    }
}
