package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.DiskTransfer;
import io.doppel.spi.processor.Processor;
import io.doppel.spi.processor.TransferRequest;
import io.doppel.spi.processor.TransferResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The contract of {@link Processor}. Sources and sinks are the subclass's: disks, versions, vault sessions. */
public abstract class ProcessorContract {
    private static final int SIZE = (3 << 20) + 512;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

    /** Where a disk goes to, and what is there afterwards. */
    public interface Sink {
        /** The end for the transfer. */
        DataEnd end();

        /**
         * Reads back what is stored, not through the processor. Called once, after the transfer has returned.
         *
         * @param result what the processor told of this disk
         */
        byte[] content(TransferResult.DiskResult result) throws Exception;
    }

    /** The processor under test, the same throughout one test. */
    protected abstract Processor processor() throws Exception;

    /** Makes a source with this content. */
    protected abstract DataEnd source(String diskKey, byte[] content) throws Exception;

    /** Makes a new sink for a disk of this size. */
    protected abstract Sink sink(String diskKey, long size) throws Exception;

    /** Makes a sink that can be served in one pass together with a {@link #sink}; empty if none can. */
    protected Optional<Sink> sinkBeside(String diskKey, long size) throws Exception {
        return Optional.of(sink(diskKey, size));
    }

    /** Makes a sink that holds {@code base} already, so that only changes need be sent; empty if there is none such. */
    protected Optional<Sink> sinkWithBase(String diskKey, byte[] base) throws Exception {
        return Optional.empty();
    }

    /** Makes a source of this size that fails with a coded error somewhere in the middle; empty if none can be made. */
    protected Optional<DataEnd> failingSource(String diskKey, long size) throws Exception {
        return Optional.empty();
    }

    /** Sizes of disks to move. */
    protected List<Integer> sizes() {
        return List.of(0, 1, 511, 512, 4095, 4096, 4097, 65_537, 1 << 20, SIZE);
    }

    @Test
    void saysWhoAndWhereItIs() throws Exception {
        assertTrue(processor().name().matches("[a-z][a-z0-9-]*"), "Processor.name: \"short word for logs\"");
        assertNotNull(processor().place(), "Processor.place");
        assertFalse(processor().canOpen(DiskData.unknownAccess()), "Processor.canOpen an access of an unknown kind");
    }

    @TestFactory
    Stream<DynamicTest> disksOfEverySizeAreMoved() {
        return sizes().stream()
                .map(size -> DynamicTest.dynamicTest(
                        size + " bytes", () -> moveAndCheck(DiskData.content(size, size), false)));
    }

    @Test
    void zerosAreMoved() throws Exception {
        moveAndCheck(new byte[SIZE], false);
    }

    @Test
    void incompressibleDataIsMovedAndVerified() throws Exception {
        moveAndCheck(StorageData.bytes(SIZE, 5), true);
    }

    @Test
    void allDisksOfAMachineAreMoved() throws Exception {
        List<byte[]> contents = new ArrayList<>();
        List<Sink> sinks = new ArrayList<>();
        List<DiskTransfer> disks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            byte[] content = DiskData.content(500_000 + i * 77_777, 10 + i);
            Sink sink = sink("disk" + i, content.length);
            contents.add(content);
            sinks.add(sink);
            disks.add(transfer("disk" + i, content, sink));
        }
        RecordingMonitor monitor = new RecordingMonitor();
        TransferResult result = processor().transfer(new TransferRequest(disks, false, 0), monitor);
        assertEquals(5, result.disks().size(), "TransferResult.disks: \"for each disk key what became of it\"");
        for (int i = 0; i < 5; i++) {
            check(contents.get(i), sinks.get(i), result, "disk" + i, monitor);
        }
    }

    @Test
    void onePassServesAllSinks() throws Exception {
        Optional<Sink> found = sinkBeside("disk", SIZE);
        if (found.isEmpty()) {
            return;
        }
        byte[] content = DiskData.content(SIZE, 20);
        Sink one = sink("disk", SIZE);
        Sink two = found.get();
        DiskTransfer disk =
                new DiskTransfer("disk", source("disk", content), List.of(one.end(), two.end()), Optional.empty());
        RecordingMonitor monitor = new RecordingMonitor();
        TransferResult result = processor().transfer(new TransferRequest(List.of(disk), false, 0), monitor);
        check(content, one, result, "disk", monitor);
        check(content, two, result, "disk", monitor);
        assertTrue(
                result.disks().get("disk").progress().read() <= SIZE,
                "DiskTransfer.sinks: \"one pass serves all\", but more than the disk was read");
    }

    @Test
    void changesAreAppliedToTheBase() throws Exception {
        byte[] base = DiskData.content(SIZE, 30);
        Optional<Sink> found = sinkWithBase("disk", base);
        if (found.isEmpty()) {
            return;
        }
        byte[] content = base.clone();
        List<ByteRange> changes = List.of(
                new ByteRange(0, 1),
                new ByteRange(4095, 2),
                new ByteRange(1 << 20, 70_000),
                new ByteRange(SIZE - 1, 1));
        for (ByteRange change : changes) {
            byte[] fresh = StorageData.bytes((int) change.length(), change.offset());
            System.arraycopy(fresh, 0, content, (int) change.offset(), fresh.length);
        }
        Arrays.fill(content, 1 << 20, (1 << 20) + 30_000, (byte) 0);
        DiskTransfer disk = new DiskTransfer(
                "disk", source("disk", content), List.of(found.get().end()), Optional.of(changes));
        RecordingMonitor monitor = new RecordingMonitor();
        TransferResult result = processor().transfer(new TransferRequest(List.of(disk), false, 0), monitor);
        check(content, found.get(), result, "disk", monitor);
    }

    @Test
    void noChangesGiveTheBase() throws Exception {
        byte[] base = DiskData.content(SIZE, 31);
        Optional<Sink> found = sinkWithBase("disk", base);
        if (found.isEmpty()) {
            return;
        }
        DiskTransfer disk = new DiskTransfer(
                "disk", source("disk", base), List.of(found.get().end()), Optional.of(List.of()));
        RecordingMonitor monitor = new RecordingMonitor();
        TransferResult result = processor().transfer(new TransferRequest(List.of(disk), false, 0), monitor);
        check(base, found.get(), result, "disk", monitor);
        assertEquals(
                0,
                result.disks().get("disk").progress().read(),
                "DiskTransfer.changes: nothing may differ, yet it was read");
    }

    @Test
    void limitIsKept() throws Exception {
        byte[] content = StorageData.bytes(2 << 20, 40);
        DiskTransfer disk = transfer("disk", content, sink("disk", content.length));
        long start = System.nanoTime();
        processor().transfer(new TransferRequest(List.of(disk), false, 1 << 20), new RecordingMonitor());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(
                took.toMillis() >= 900,
                "TransferRequest.bytesPerSecond: 2 MiB at 1 MiB/s came in " + took.toMillis() + " ms");
    }

    @Test
    void cancelStopsWithinASecond() throws Exception {
        byte[] content = StorageData.bytes(SIZE, 41);
        List<DiskTransfer> disks =
                List.of(transfer("one", content, sink("one", SIZE)), transfer("two", content, sink("two", SIZE)));
        RecordingMonitor monitor = new RecordingMonitor();
        Thread canceller = monitor.cancelIn(Duration.ofMillis(300));
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> processor().transfer(new TransferRequest(disks, false, 1 << 20), monitor),
                "Processor.transfer: \"stops within a second after the monitor's cancel token says so\"");
        Duration took = monitor.sinceCancelled();
        canceller.join();
        assertTrue(e.is(CommonError.CANCELLED), "Processor.transfer: the reason of a cancelled one: " + e.getMessage());
        assertTrue(took.compareTo(STOP_LIMIT) < 0, "Processor.transfer stopped only after " + took);
    }

    @Test
    void cancelledBeforeTheStartMovesNothing() throws Exception {
        byte[] content = StorageData.bytes(SIZE, 42);
        RecordingMonitor monitor = new RecordingMonitor();
        monitor.cancelNow();
        TransferRequest request = new TransferRequest(List.of(transfer("disk", content, sink("disk", SIZE))), false, 0);
        DoppelException e =
                assertThrows(DoppelException.class, () -> processor().transfer(request, monitor));
        assertTrue(e.is(CommonError.CANCELLED), "Processor.transfer: already cancelled: " + e.getMessage());
    }

    @Test
    void failureOfOneDiskStopsTheOthers() throws Exception {
        Optional<DataEnd> failing = failingSource("bad", SIZE);
        if (failing.isEmpty()) {
            return;
        }
        byte[] content = StorageData.bytes(SIZE, 43);
        List<DiskTransfer> disks = List.of(
                transfer("good", content, sink("good", SIZE)),
                new DiskTransfer("bad", failing.get(), List.of(sink("bad", SIZE).end()), Optional.empty()));
        assertThrows(
                DoppelException.class,
                () -> processor().transfer(new TransferRequest(disks, false, 0), new RecordingMonitor()),
                "Processor.transfer: \"the first failure is thrown\"");
    }

    @Test
    void aTransferAfterAFailedOneWorks() throws Exception {
        Optional<DataEnd> failing = failingSource("bad", SIZE);
        if (failing.isEmpty()) {
            return;
        }
        DiskTransfer disk =
                new DiskTransfer("bad", failing.get(), List.of(sink("bad", SIZE).end()), Optional.empty());
        assertThrows(
                DoppelException.class,
                () -> processor().transfer(new TransferRequest(List.of(disk), false, 0), new RecordingMonitor()));
        moveAndCheck(DiskData.content(SIZE, 44), false);
    }

    @Test
    void transfersGoOnTogether() throws Exception {
        Together.run(3, (worker, start) -> {
            start.await();
            moveAndCheck(DiskData.content(1_000_000, 50 + worker), false);
        });
    }

    private DiskTransfer transfer(String key, byte[] content, Sink sink) throws Exception {
        return new DiskTransfer(key, source(key, content), List.of(sink.end()), Optional.empty());
    }

    private void moveAndCheck(byte[] content, boolean verify) throws Exception {
        Sink sink = sink("disk", content.length);
        RecordingMonitor monitor = new RecordingMonitor();
        TransferRequest request = new TransferRequest(List.of(transfer("disk", content, sink)), verify, 0);
        check(content, sink, processor().transfer(request, monitor), "disk", monitor);
    }

    private static void check(byte[] expected, Sink sink, TransferResult result, String key, RecordingMonitor monitor)
            throws Exception {
        TransferResult.DiskResult disk = result.disks().get(key);
        assertNotNull(disk, "TransferResult.disks: \"for each disk key what became of it\": " + key);
        assertEquals((long) expected.length, disk.size(), "DiskResult.size: \"size in bytes\" of " + key);
        assertEquals(
                (long) expected.length,
                disk.progress().done(),
                "DiskResult.progress: \"final figures\": done of " + key);
        assertTrue(
                disk.dataBytes() <= disk.size() && disk.dataBytes() >= DiskData.nonZeroBytes(expected),
                "DiskResult.dataBytes: \"bytes of it that are not known zeros\": " + disk.dataBytes() + " of " + key);
        monitor.check(key);
        byte[] found = sink.content(disk);
        assertEquals(expected.length, found.length, "size of what the sink holds of " + key);
        int differs = Arrays.mismatch(expected, found);
        assertTrue(
                differs < 0,
                "Processor.transfer: \"returns when the last sink is durable\": byte " + differs + " of " + key
                        + " differs");
    }
}
