package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.KeptOriginal;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder tree as a host. Holds nothing open between calls. */
final class FolderHost implements HypervisorHost {
    private static final Logger LOG = LoggerFactory.getLogger(FolderHost.class);

    private final MachineTree tree;
    private final String installationId;
    private final ActiveRestores active;
    private final Leftovers leftovers;
    private final Runnable step;

    /**
     * @param step called before each step of a restore's end that changes something; a test crashes there
     */
    FolderHost(HostContext context, ActiveRestores active, Runnable step) throws DoppelException {
        this.tree = MachineTree.open(context.settings().path(FolderHypervisor.PATH));
        this.installationId = context.installationId();
        this.active = active;
        this.step = step;
        this.leftovers = new Leftovers(tree, installationId, active, step);
        completeSwaps();
    }

    /** A swap that cannot be completed now shows as a problem of its machine; the others are usable. */
    private void completeSwaps() {
        try {
            leftovers.completeSwaps().forEach(LOG::info);
        } catch (DoppelException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    @Override
    public List<Machine> machines() throws DoppelException {
        return tree.machines();
    }

    @Override
    public Snapshot snapshot(SnapshotRequest request, HostWork work) throws DoppelException {
        return FolderSnapshot.take(tree.find(request.machineId()), request);
    }

    @Override
    public void releaseBase(BaseToken token) {
        // There are no change bases.
    }

    @Override
    public RestoreTarget prepareRestore(RestoreRequest request, HostWork work) throws DoppelException {
        return FolderRestore.prepare(tree, RestorePlan.make(tree, request), installationId, active, this, step);
    }

    @Override
    public List<KeptOriginal> keptOriginals() throws DoppelException {
        return leftovers.kept();
    }

    @Override
    public void confirmRestore(String restoreId) throws DoppelException {
        leftovers.deleteKept(restoreId);
    }

    @Override
    public List<String> sweep(Duration minimumAge, Collection<BaseToken> wanted) throws DoppelException {
        List<String> done = new ArrayList<>(leftovers.completeSwaps());
        done.addAll(leftovers.deleteHalfRestores(minimumAge));
        return done;
    }

    @Override
    public void close() {
        active.endAllOf(this);
    }
}
