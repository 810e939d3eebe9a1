package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.KeptOriginal;
import io.doppel.spi.hypervisor.MachineControl;
import io.doppel.spi.hypervisor.MachineStreams;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pool as a host. */
final class XenHost implements HypervisorHost {
    private static final Logger LOG = LoggerFactory.getLogger(XenHost.class);

    private final XenPool pool;
    private final ActiveRuns active;
    private final Runnable step;

    /**
     * @param step called before each step of a restore's end that changes something; a test crashes there
     */
    XenHost(XenPool pool, ActiveRuns active, Runnable step) {
        this.pool = pool;
        this.active = active;
        this.step = step;
        completeSwaps();
    }

    /** A swap that cannot be completed now shows as a problem of its machine; the others are usable. */
    private void completeSwaps() {
        try {
            new Leftovers(pool, active, step).completeSwaps().forEach(LOG::info);
        } catch (DoppelException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    @Override
    public List<Machine> machines() throws DoppelException {
        return new Inventory(pool.view(), pool.settings()).machines();
    }

    @Override
    public Snapshot snapshot(SnapshotRequest request, HostWork work) throws DoppelException {
        String run = UUID.randomUUID().toString();
        active.begin(run, this);
        try {
            return new SnapshotTaker(pool, request, work, run).take(() -> active.end(run));
        } catch (DoppelException e) {
            active.end(run);
            throw e;
        }
    }

    @Override
    public void releaseBase(BaseToken token) throws DoppelException {
        new Bases(pool).release(token);
    }

    @Override
    public RestoreTarget prepareRestore(RestoreRequest request, HostWork work) throws DoppelException {
        RestorePlan plan = RestorePlan.make(pool.view(), request);
        return XenRestore.prepare(pool, plan, work, active, this, step);
    }

    @Override
    public List<KeptOriginal> keptOriginals() throws DoppelException {
        return new KeptDisks(pool).all();
    }

    @Override
    public void confirmRestore(String restoreId) throws DoppelException {
        new KeptDisks(pool).confirm(restoreId);
    }

    @Override
    public List<String> sweep(Duration minimumAge, Collection<BaseToken> wanted) throws DoppelException {
        return new Leftovers(pool, active, step).sweep(minimumAge, wanted);
    }

    @Override
    public Optional<MachineControl> control() {
        return Optional.of(new XenControl(pool, active));
    }

    @Override
    public Optional<MachineStreams> streams() {
        return Optional.of(new XenStreams(pool, active, this));
    }

    @Override
    public void close() {
        active.endAllOf(this);
        pool.close();
    }
}
