package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.StorageTestView.Latency;
import io.doppel.spi.storage.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long small operations take. */
final class Latencies {
    private static final int BYTES = 4096;
    private static final int MOST = 20;
    private static final int LEAST = 3;
    private static final long BUDGET = TimeUnit.MILLISECONDS.toNanos(600);

    private final ProbeObjects objects;

    Latencies(ProbeObjects objects) {
        this.objects = objects;
    }

    private interface Operation {
        void run(int sample) throws DoppelException;
    }

    List<Latency> measure() throws DoppelException {
        Storage storage = objects.storage();
        List<ProbeObjects.Made> made = new ArrayList<>();
        byte[] buffer = new byte[BYTES];
        List<Latency> all = new ArrayList<>();
        all.add(measure("put", MOST, i -> made.add(objects.put("small-" + i, BYTES))));
        all.add(measure("read", MOST, i -> storage.read(of(made, i).name(), 0, buffer, 0, BYTES)));
        all.add(measure("stat", MOST, i -> storage.stat(of(made, i).name())));
        all.add(measure("list", MOST, i -> objects.listed()));
        all.add(measure("delete", made.size(), i -> objects.delete(of(made, i).name())));
        return all;
    }

    private static ProbeObjects.Made of(List<ProbeObjects.Made> made, int sample) {
        return made.get(sample % made.size());
    }

    private Latency measure(String name, int most, Operation operation) throws DoppelException {
        List<Long> nanos = new ArrayList<>();
        long sum = 0;
        while (nanos.size() < most && (nanos.size() < LEAST || sum < BUDGET)) {
            objects.cancel().check();
            long start = System.nanoTime();
            operation.run(nanos.size());
            long took = System.nanoTime() - start;
            nanos.add(took);
            sum += took;
        }
        Collections.sort(nanos);
        return new Latency(
                name,
                nanos.size(),
                Duration.ofNanos(nanos.get(nanos.size() / 2)),
                Duration.ofNanos(nanos.get(nanos.size() - 1)));
    }
}
