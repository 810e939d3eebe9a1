package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.hypervisor.xen.internal.PoolRecords.Attached;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A snapshot on the pool. */
final class XenSnapshot implements Snapshot {
    private static final Duration IN_USE = Duration.ofSeconds(60);

    private final XenPool pool;
    private final SnapshotRequest request;
    private final HostWork work;
    private final Taken taken;
    private final DiskWays ways;
    private final List<DiskOffer> offers;
    private final Runnable ended;
    private boolean gone;

    /**
     * What was taken.
     *
     * @param run mark of everything made for it
     * @param record the snapshot's record
     * @param disks disks of the machine to those of the snapshot
     * @param at when
     * @param consistency what the disks are equal to
     * @param config the machine's records
     */
    record Taken(
            String run,
            Rec record,
            Map<Attached, Attached> disks,
            Instant at,
            Consistency consistency,
            MachineConfig config) {}

    /**
     * @param ended called once when the snapshot is closed
     */
    XenSnapshot(
            XenPool pool,
            SnapshotRequest request,
            HostWork work,
            Taken taken,
            DiskWays ways,
            List<DiskOffer> offers,
            Runnable ended) {
        this.pool = pool;
        this.request = request;
        this.work = work;
        this.taken = taken;
        this.ways = ways;
        this.offers = List.copyOf(offers);
        this.ended = ended;
    }

    /** The snapshot's reference. */
    String reference() {
        return taken.record().ref();
    }

    /** Size of its disks. */
    long bytes() {
        return offers.stream().mapToLong(o -> o.disk().size()).sum();
    }

    @Override
    public Instant takenAt() {
        return taken.at();
    }

    @Override
    public Consistency consistency() {
        return taken.consistency();
    }

    @Override
    public List<DiskOffer> disks() {
        return offers;
    }

    @Override
    public Map<String, String> machineConfig() {
        return taken.config().texts();
    }

    /**
     * Marks the disks' snapshots as bases of the version first, then takes the machine's snapshot away, then their content:
     * whatever is left by a crash between these is marked.
     */
    @Override
    public List<BaseToken> commit(String versionId) throws DoppelException {
        List<BaseToken> tokens = new ArrayList<>();
        List<Rec> bases = new ArrayList<>();
        Bases made = new Bases(pool);
        for (Map.Entry<Attached, Attached> disk : tracked().entrySet()) {
            Rec snapshot = disk.getValue().vdi();
            pool.mark("VDI", snapshot, made.marks(request, versionId, taken.run()));
            bases.add(snapshot);
            tokens.add(made.token(request, versionId, disk.getKey(), snapshot));
        }
        try {
            remove();
        } catch (DoppelException e) {
            // The version is durable; what is marked as a base without being wanted goes with the next sweep.
            work.warning(
                    "The next backup reads the machine whole, because its snapshot could not be removed: " + e.what());
            return List.of();
        }
        for (int i = bases.size() - 1; i >= 0; i--) {
            if (!emptied(bases.get(i))) {
                tokens.remove(i);
            }
        }
        return List.copyOf(tokens);
    }

    /** The disks of which a base can be made. */
    private Map<Attached, Attached> tracked() {
        Map<Attached, Attached> tracked = new LinkedHashMap<>();
        if (!SnapshotOptions.standard(request.options())) {
            taken.disks().forEach((source, snapshot) -> {
                if (snapshot.vdi().flag("cbt_enabled")) {
                    tracked.put(source, snapshot);
                }
            });
        }
        return tracked;
    }

    /** Takes a base's content away; one that cannot be emptied is of no use and goes, now or with the next sweep. */
    private boolean emptied(Rec base) {
        Failures failures = new Failures();
        failures.of(() -> new Patience(pool.session(), IN_USE)
                .run(
                        CancelToken.NEVER,
                        List.of("vdi/" + base.ref()),
                        () -> pool.tasks().run(CancelToken.NEVER, "VDI.data_destroy", base.ref())));
        try {
            failures.throwFirst();
            return true;
        } catch (DoppelException e) {
            failures.of(() -> new Disposal(pool).vdi(base));
            work.warning("The next backup reads disk '" + base.name() + "' whole, because its change base was lost: "
                    + e.what());
            return false;
        }
    }

    private void remove() throws DoppelException {
        if (gone) {
            return;
        }
        PoolRecords.View view = pool.view();
        Rec record = view.find("vm", taken.record().ref()).orElse(taken.record());
        Failures failures = new Failures();
        failures.of(() -> new Disposal(pool).snapshot(view, record));
        // Somebody may have removed the snapshot's record and left its disks.
        for (Attached disk : taken.disks().values()) {
            view.find("vdi", disk.vdi().ref())
                    .filter(vdi ->
                            !Marks.is(vdi, Marks.BASE) && vdi.list("VBDs").isEmpty())
                    .ifPresent(vdi -> failures.of(() -> new Disposal(pool).vdi(vdi)));
        }
        failures.throwFirst();
        gone = true;
    }

    @Override
    public void close() throws DoppelException {
        Failures failures = new Failures();
        failures.of(ways::close);
        failures.of(this::remove);
        ended.run();
        failures.throwFirst();
    }
}
