package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.core.internal.job.ContextWork;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.spi.job.TaskScope;
import java.util.Set;
import java.util.stream.Collectors;

/** A snapshot that a run holds. Once its version is committed, what goes wrong with it is a warning and no failure. */
final class OwnedSnapshot implements AutoCloseable {
    private final Snapshot snapshot;
    private final CoreContext context;
    private boolean committed;

    private OwnedSnapshot(Snapshot snapshot, CoreContext context) {
        this.snapshot = snapshot;
        this.context = context;
    }

    /** Takes a snapshot, which is a task of its own with what the host says. */
    static OwnedSnapshot take(HypervisorHost host, SnapshotRequest request, CoreContext context)
            throws DoppelException {
        TaskScope task = context.task().child("Snapshot");
        Snapshot snapshot = host.snapshot(request, new ContextWork(context, task));
        task.succeed("Taken");
        return new OwnedSnapshot(snapshot, context);
    }

    Snapshot get() {
        return snapshot;
    }

    /** Tells the plug-in that the version is durable, and keeps the bases that it gives. */
    void commit(String versionId, ChangeBases bases, HypervisorHost host) {
        committed = true;
        try {
            Set<String> disks =
                    snapshot.disks().stream().map(d -> d.disk().key()).collect(Collectors.toSet());
            bases.replace(host, disks, snapshot.commit(versionId));
        } catch (DoppelException e) {
            warn("The next backup may read everything, because its base could not be kept: ", e);
        }
    }

    @Override
    public void close() throws DoppelException {
        try {
            snapshot.close();
        } catch (DoppelException e) {
            if (!committed) {
                throw e;
            }
            warn("The snapshot could not be removed; a later run does it: ", e);
        }
    }

    private void warn(String text, DoppelException e) {
        context.task().log(LogLine.Level.WARNING, text + e.getMessage());
    }
}
