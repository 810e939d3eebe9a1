package io.doppel.tck;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.Progress;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.disk.Place;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.DiskTransfer;
import io.doppel.spi.processor.Processor;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferRequest;
import io.doppel.spi.processor.TransferResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Copies disks one after the other, with the faults asked for. */
final class ToyProcessor implements Processor {
    private static final int PIECE = 16 << 10;

    private final Set<Fault> faults;
    private final ToyTransport transport;

    ToyProcessor(Set<Fault> faults, ToyTransport transport) {
        this.faults = faults;
        this.transport = transport;
    }

    @Override
    public String name() {
        return "toy";
    }

    @Override
    public Place place() {
        return Place.SERVER;
    }

    @Override
    public boolean canOpen(DiskAccess access) {
        return transport.supports(access);
    }

    @Override
    public TransferResult transfer(TransferRequest request, TransferMonitor monitor) throws DoppelException {
        Map<String, TransferResult.DiskResult> results = new HashMap<>();
        long start = System.nanoTime();
        long moved = 0;
        for (DiskTransfer disk : request.disks()) {
            boolean skipped = faults.contains(Fault.FIRST_DISK_ONLY) && !results.isEmpty();
            TransferResult.DiskResult result = skipped
                    ? new TransferResult.DiskResult(0, 0, Progress.NONE, Map.of())
                    : new Copy(request, monitor, disk, start, moved).run();
            results.put(disk.diskKey(), result);
            moved += result.progress().read();
        }
        return new TransferResult(results);
    }

    private final class Copy {
        private final TransferRequest request;
        private final TransferMonitor monitor;
        private final DiskTransfer disk;
        private final long start;
        private final long movedBefore;
        private long read;

        Copy(TransferRequest request, TransferMonitor monitor, DiskTransfer disk, long start, long movedBefore) {
            this.request = request;
            this.monitor = monitor;
            this.disk = disk;
            this.start = start;
            this.movedBefore = movedBefore;
        }

        TransferResult.DiskResult run() throws DoppelException {
            NoSecrets secrets = new NoSecrets();
            List<DiskWriter> writers = new ArrayList<>();
            try (DiskReader reader = transport.openReader(((DataEnd.Disk) disk.source()).access(), secrets)) {
                for (DataEnd sink : disk.sinks()) {
                    if (writers.isEmpty() || !faults.contains(Fault.FIRST_SINK_ONLY)) {
                        writers.add(transport.openWriter(((DataEnd.Disk) sink).access(), secrets));
                    }
                }
                copy(reader, writers);
                long size = reader.size();
                return new TransferResult.DiskResult(size, size, figures(size, size), Map.of());
            } finally {
                for (DiskWriter writer : writers) {
                    writer.close();
                }
            }
        }

        private void copy(DiskReader reader, List<DiskWriter> writers) throws DoppelException {
            List<ByteRange> ranges = disk.changes().orElse(List.of(new ByteRange(0, reader.size())));
            if (faults.contains(Fault.IGNORES_CHANGES)) {
                ranges = List.of();
            }
            byte[] buffer = new byte[PIECE];
            for (ByteRange range : ranges) {
                for (long at = range.offset(); at < range.end(); at += PIECE) {
                    waitAndCheck();
                    int length = (int) Math.min(PIECE, range.end() - at);
                    read(reader, at, buffer, length);
                    for (DiskWriter writer : writers) {
                        writer.write(at, buffer, 0, length);
                    }
                    read += length;
                    long told = faults.contains(Fault.PROGRESS_GOES_BACK) ? reader.size() - at : at;
                    monitor.progress(disk.diskKey(), figures(reader.size(), told));
                }
            }
        }

        private void read(DiskReader reader, long at, byte[] buffer, int length) throws DoppelException {
            try {
                reader.read(at, buffer, 0, length);
            } catch (DoppelException e) {
                if (!faults.contains(Fault.SWALLOWS_FAILURE)) {
                    throw e;
                }
            }
        }

        private void waitAndCheck() throws DoppelException {
            do {
                if (!faults.contains(Fault.IGNORES_CANCEL)) {
                    monitor.cancel().check();
                }
                if (isWithinLimit()) {
                    return;
                }
                LockSupport.parkNanos(1_000_000);
            } while (true);
        }

        private boolean isWithinLimit() {
            long limit = request.bytesPerSecond();
            double seconds = (System.nanoTime() - start) / 1e9;
            return limit == 0 || faults.contains(Fault.IGNORES_LIMIT) || movedBefore + read <= limit * seconds;
        }

        private Progress figures(long size, long done) {
            long shown = faults.contains(Fault.WRONG_FIGURES) ? done / 2 : done;
            return new Progress(size, shown, read, read, size - read);
        }
    }
}
