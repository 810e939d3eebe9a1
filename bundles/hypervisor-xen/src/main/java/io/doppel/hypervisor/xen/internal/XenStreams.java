package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.MachineStreams;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.xapi.stream.StreamSettings;
import io.doppel.xapi.stream.XapiDownload;
import io.doppel.xapi.stream.XapiStreams;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Machines as XVA, from a pool and into one. */
final class XenStreams implements MachineStreams {
    private static final Duration SILENCE = Duration.ofMinutes(5);
    private static final Duration SETTLING = Duration.ofMinutes(10);

    private final XenPool pool;
    private final ActiveRuns active;
    private final Object connection;

    /**
     * @param connection whose streams they are
     */
    XenStreams(XenPool pool, ActiveRuns active, Object connection) {
        this.pool = pool;
        this.active = active;
        this.connection = connection;
    }

    @Override
    public String format() {
        return "xva";
    }

    @Override
    public SettingsSpec receiveOptions() {
        return XenReceiver.options();
    }

    private XapiStreams streams(HostWork work) {
        Map<String, String> marks = new LinkedHashMap<>();
        marks.put(Marks.INSTALLATION, pool.installation());
        marks.put(Marks.KIND, Marks.TASK);
        return new XapiStreams(pool.session(), new StreamSettings(SILENCE, SETTLING, marks), work.cancel());
    }

    @Override
    public Outgoing send(String machineId, HostWork work) throws DoppelException {
        String run = UUID.randomUUID().toString();
        Set<String> all = new LinkedHashSet<>();
        PoolRecords.View view = pool.view();
        view.disks(Inventory.find(view, machineId)).forEach(d -> all.add(d.key()));
        SnapshotRequest request =
                new SnapshotRequest(machineId, all, "", Consistency.CRASH, List.of(), SnapshotOptions.standardOnly());
        active.begin(run, connection);
        XenSnapshot snapshot = null;
        try {
            snapshot = new SnapshotTaker(pool, request, work, run).take(() -> active.end(run));
            XapiDownload download = streams(work).exportMachine(snapshot.reference(), XapiStreams.Compression.NONE);
            return new Sending(snapshot, download, work);
        } catch (DoppelException e) {
            closeAfter(snapshot, e);
            active.end(run);
            throw e;
        }
    }

    private static void closeAfter(XenSnapshot snapshot, DoppelException failure) {
        if (snapshot != null) {
            try {
                snapshot.close();
            } catch (DoppelException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static final class Sending implements Outgoing {
        private final XenSnapshot snapshot;
        private final XapiDownload download;
        private final JobService.Subscription onCancel;

        Sending(XenSnapshot snapshot, XapiDownload download, HostWork work) {
            this.snapshot = snapshot;
            this.download = download;
            this.onCancel = work.cancel().onCancel(download::close);
        }

        @Override
        public InputStream content() {
            return download.content();
        }

        @Override
        public long expectedBytes() {
            return snapshot.bytes();
        }

        @Override
        public void complete() throws DoppelException {
            download.complete();
        }

        @Override
        public void close() throws DoppelException {
            onCancel.close();
            download.close();
            snapshot.close();
        }
    }

    @Override
    public String receive(InputStream content, String name, Map<String, String> options, HostWork work)
            throws DoppelException, IOException {
        work.cancel().check();
        String run = UUID.randomUUID().toString();
        active.begin(run, connection);
        try {
            return new XenReceiver(pool, streams(work), run, work).receive(content, name, options);
        } catch (DoppelException | IOException e) {
            remove(run, e);
            throw e;
        } finally {
            active.end(run);
        }
    }

    private void remove(String run, Exception failure) {
        try {
            new Leftovers(pool, active, () -> {}).removeRestore(run);
        } catch (DoppelException e) {
            failure.addSuppressed(e);
        }
    }
}
