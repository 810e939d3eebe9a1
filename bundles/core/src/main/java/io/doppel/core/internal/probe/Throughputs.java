package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.StorageTestView.Throughput;
import io.doppel.core.StorageTestError;
import io.doppel.spi.storage.StorageCapabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast data goes to the target and comes back, in one stream and in as many as the target likes. A slow target gets less data, a fast one
 * is not kept busy for longer than needed.
 */
final class Throughputs {
    private static final long BUDGET = TimeUnit.MILLISECONDS.toNanos(1500);
    private static final long OBJECT = 8L << 20;
    private static final int MOST_STREAMS = 8;
    private static final int MOST_READ = 4 << 20;

    private final ProbeObjects objects;
    private final Workers workers;
    private final long most;

    /** @param most bytes that may be put for one measurement */
    Throughputs(ProbeObjects objects, Workers workers, long most) {
        this.objects = objects;
        this.workers = workers;
        this.most = most;
    }

    /** What ends a measurement: its time, or its bytes. */
    private static final class Meter {
        private final long start = System.nanoTime();
        private final AtomicLong bytes = new AtomicLong();
        private final long most;

        Meter(long most) {
            this.most = most;
        }

        /** Notes bytes; whether more shall follow. */
        boolean add(int count) {
            return bytes.addAndGet(count) < most && System.nanoTime() - start < BUDGET;
        }

        Throughput end(String operation, int streams) {
            long nanos = Math.max(1, System.nanoTime() - start);
            long perSecond = (long) (bytes.get() * 1e9 / nanos);
            return new Throughput(operation, streams, bytes.get(), perSecond);
        }
    }

    List<Throughput> measure(StorageCapabilities can) throws DoppelException {
        int streams = Math.max(1, Math.min(MOST_STREAMS, can.parallelism()));
        int atOnce = Math.max(1, Math.min(MOST_READ, can.preferredRead()));
        List<Throughput> all = new ArrayList<>();
        List<ProbeObjects.Made> made = new ArrayList<>();
        all.add(put(1, made));
        if (streams > 1) {
            all.add(put(streams, made));
        }
        all.add(read(1, made, atOnce));
        if (streams > 1) {
            all.add(read(streams, made, atOnce));
        }
        return all;
    }

    private Throughput put(int streams, List<ProbeObjects.Made> made) throws DoppelException {
        Meter meter = new Meter(most);
        List<Callable<List<ProbeObjects.Made>>> work = new ArrayList<>();
        for (int stream = 0; stream < streams; stream++) {
            String name = "bulk-" + streams + "-" + stream;
            work.add(() -> putStream(name, meter));
        }
        List<List<ProbeObjects.Made>> all = workers.all(work);
        Throughput result = meter.end("put", streams);
        all.forEach(made::addAll);
        return result;
    }

    private List<ProbeObjects.Made> putStream(String name, Meter meter) throws DoppelException {
        List<ProbeObjects.Made> made = new ArrayList<>();
        boolean more = true;
        while (more) {
            made.add(objects.put(name + "-" + made.size(), OBJECT, meter::add));
            more = meter.add(0);
        }
        return made;
    }

    private Throughput read(int streams, List<ProbeObjects.Made> made, int atOnce) throws DoppelException {
        Meter meter = new Meter(Long.MAX_VALUE);
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int stream = 0; stream < streams; stream++) {
            int first = stream;
            work.add(() -> readStream(made, first, streams, atOnce, meter));
        }
        if (workers.all(work).contains(false)) {
            throw new DoppelException(StorageTestError.NOT_WHOLE, "Other bytes came back than were put");
        }
        return meter.end("read", streams);
    }

    private Boolean readStream(List<ProbeObjects.Made> made, int first, int step, int atOnce, Meter meter)
            throws DoppelException {
        boolean[] more = {true};
        for (int i = first; i < made.size() && more[0]; i += step) {
            boolean whole = objects.isWhole(made.get(i), atOnce, piece -> more[0] = meter.add(piece));
            if (!whole) {
                return false;
            }
        }
        return true;
    }
}
