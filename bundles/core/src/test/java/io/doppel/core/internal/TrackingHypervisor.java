package io.doppel.core.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Folders of images on a host that knows what changed: what the test says. */
final class TrackingHypervisor implements HypervisorType {
    final List<SnapshotRequest> requests = new CopyOnWriteArrayList<>();
    final List<BaseToken> released = new CopyOnWriteArrayList<>();
    /** How often somebody had leftovers removed from a host. */
    final AtomicInteger sweeps = new AtomicInteger();

    volatile List<ByteRange> changes = List.of();
    volatile Optional<String> noChangesReason = Optional.empty();

    /** Accesses offered before the real one. */
    volatile List<DiskAccess> better = List.of();

    private final HypervisorType real;

    TrackingHypervisor(HypervisorType real) {
        this.real = real;
    }

    @Override
    public String name() {
        return "tracking";
    }

    @Override
    public String title() {
        return "tracking";
    }

    @Override
    public SettingsSpec settings() {
        return real.settings();
    }

    @Override
    public HypervisorHost connect(HostContext context) throws DoppelException {
        HypervisorHost host = real.connect(context);
        return Interposed.over(HypervisorHost.class, host, (name, arguments) -> switch (name) {
            case "snapshot" -> {
                SnapshotRequest request = (SnapshotRequest) arguments[0];
                requests.add(request);
                yield tracking(host.snapshot(request, (HostWork) arguments[1]), request, context.installationId());
            }
            case "sweep" -> {
                sweeps.incrementAndGet();
                yield null;
            }
            case "releaseBase" -> released.add((BaseToken) arguments[0]) ? Interposed.VOID : Interposed.VOID;
            default -> null;
        });
    }

    private Snapshot tracking(Snapshot snapshot, SnapshotRequest request, String installation) {
        return Interposed.over(Snapshot.class, snapshot, (name, arguments) -> switch (name) {
            case "disks" ->
                snapshot.disks().stream().map(o -> offer(o, request)).toList();
            case "commit" -> {
                List<BaseToken> bases = new ArrayList<>();
                for (DiskOffer o : snapshot.disks()) {
                    bases.add(new BaseToken(
                            request.machineId(),
                            o.disk().key(),
                            request.consumer(),
                            installation,
                            (String) arguments[0],
                            "base of " + arguments[0]));
                }
                yield bases;
            }
            default -> null;
        });
    }

    private DiskOffer offer(DiskOffer o, SnapshotRequest request) {
        boolean tracked = !request.bases().isEmpty() && noChangesReason.isEmpty();
        List<DiskAccess> accesses = new ArrayList<>(better);
        o.accesses()
                .forEach(a -> accesses.add(new DiskAccess(
                        a.kind(), a.place(), a.writable(), 50, a.endpoint(), a.parameters(), a.secrets())));
        return new DiskOffer(o.disk(), accesses, tracked ? Optional.of(changes) : Optional.empty(), noChangesReason);
    }
}
