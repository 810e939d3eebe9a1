package io.doppel.example.machines.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.Place;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.KeptOriginal;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The host of computed machines. It leaves nothing anywhere, so there is nothing to sweep. */
final class ExampleHost implements HypervisorHost {
    private static final String DISK = "disk0";

    private final int machines;
    private final long diskSize;
    private final long rate;

    ExampleHost(HostContext context) {
        this.machines = (int) context.settings().integer(ExampleHypervisor.MACHINES);
        this.diskSize = context.settings().size(ExampleHypervisor.DISK_SIZE);
        this.rate = context.settings().size(ExampleHypervisor.RATE);
    }

    @Override
    public List<Machine> machines() {
        List<Machine> all = new ArrayList<>();
        for (int i = 1; i <= machines; i++) {
            String id = "machine-" + i;
            all.add(new Machine(id, id, Machine.PowerState.OFF, Set.of(), List.of(disk()), List.of()));
        }
        return all;
    }

    private MachineDisk disk() {
        return new MachineDisk(DISK, DISK, diskSize, "computed");
    }

    @Override
    public Snapshot snapshot(SnapshotRequest request, HostWork work) throws DoppelException {
        if (machines().stream().noneMatch(m -> m.id().equals(request.machineId()))) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no machine '" + request.machineId() + "'");
        }
        Map<String, String> parameters =
                Map.of("seed", request.machineId(), "size", Long.toString(diskSize), "rate", Long.toString(rate));
        DiskAccess access =
                new DiskAccess(ExampleTransport.KIND, Place.ANYWHERE, false, 0, Optional.empty(), parameters, Map.of());
        return new ExampleSnapshot(new DiskOffer(
                disk(), List.of(access), Optional.empty(), Optional.of("Computed disks track no changes")));
    }

    @Override
    public void releaseBase(BaseToken token) {
        // this host gives no bases
    }

    @Override
    public RestoreTarget prepareRestore(RestoreRequest request, HostWork work) throws DoppelException {
        throw new DoppelException(CommonError.UNSUPPORTED, "Computed machines cannot be restored to");
    }

    @Override
    public List<KeptOriginal> keptOriginals() {
        return List.of();
    }

    @Override
    public void confirmRestore(String restoreId) {
        // nothing is ever kept
    }

    @Override
    public List<String> sweep(Duration minimumAge, Collection<BaseToken> wanted) {
        return List.of();
    }

    @Override
    public void close() {
        // nothing is open
    }

    private record ExampleSnapshot(Instant takenAt, DiskOffer offer) implements Snapshot {
        ExampleSnapshot(DiskOffer offer) {
            this(Instant.now(), offer);
        }

        @Override
        public Consistency consistency() {
            return Consistency.OFF;
        }

        @Override
        public List<DiskOffer> disks() {
            return List.of(offer);
        }

        @Override
        public Map<String, String> machineConfig() {
            return Map.of();
        }

        @Override
        public List<BaseToken> commit(String versionId) {
            return List.of();
        }

        @Override
        public void close() {
            // the disks are computed
        }
    }
}
