package io.doppel.core.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Folders of images on a host that knows what changed: what the test says. */
final class TrackingHypervisor implements HypervisorType {
    final List<SnapshotRequest> requests = new CopyOnWriteArrayList<>();
    final List<BaseToken> released = new CopyOnWriteArrayList<>();
    volatile List<ByteRange> changes = List.of();
    volatile Optional<String> noChangesReason = Optional.empty();

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
        return over(HypervisorHost.class, host, (name, arguments) -> switch (name) {
            case "snapshot" -> {
                SnapshotRequest request = (SnapshotRequest) arguments[0];
                requests.add(request);
                yield tracking(host.snapshot(request), request, context.installationId());
            }
            case "releaseBase" -> released.add((BaseToken) arguments[0]) ? VOID : VOID;
            default -> null;
        });
    }

    private Snapshot tracking(Snapshot snapshot, SnapshotRequest request, String installation) {
        return over(Snapshot.class, snapshot, (name, arguments) -> switch (name) {
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
        return new DiskOffer(
                o.disk(), o.accesses(), tracked ? Optional.of(changes) : Optional.empty(), noChangesReason);
    }

    private static final Object VOID = new Object();

    /** What is done instead of some methods; null for all others. */
    private interface Instead {
        Object call(String method, Object[] arguments) throws DoppelException;
    }

    private static <T> T over(Class<T> type, T target, Instead instead) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object own = instead.call(method.getName(), arguments);
                    if (own != null) {
                        return own == VOID ? null : own;
                    }
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
