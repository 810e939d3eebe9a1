package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.api.job.Progress;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.WriteSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources that wait for bytes that never come: they are told when nobody wants the bytes any more. */
@Timeout(60)
class InterruptTest {
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    Path state;

    /** A disk whose bytes do not come. */
    private static final class Stalled implements DiskReader {
        private final CountDownLatch reading = new CountDownLatch(1);
        private final CountDownLatch interrupted = new CountDownLatch(1);

        @Override
        public long size() {
            return 64 << 20;
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
            reading.countDown();
            await(interrupted);
            throw new DoppelException(CommonError.IO, "nobody wants it");
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) {
            return List.of(range);
        }

        @Override
        public void interrupt() {
            interrupted.countDown();
        }

        @Override
        public void close() {}
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Cancels when somebody says so. */
    private static final class Switch implements CancelToken, TransferMonitor {
        private final AtomicReference<Runnable> action = new AtomicReference<>(() -> {});
        private volatile boolean cancelled;

        void pull() {
            cancelled = true;
            action.get().run();
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void check() throws DoppelException {
            if (cancelled) {
                throw new DoppelException(CommonError.CANCELLED, "Cancelled by the test");
            }
        }

        @Override
        public Subscription onCancel(Runnable what) {
            action.set(what);
            return () -> action.set(() -> {});
        }

        @Override
        public CancelToken cancel() {
            return this;
        }

        @Override
        public void progress(String diskKey, Progress progress) {}

        @Override
        public void warning(String diskKey, String text) {}
    }

    private DoppelException transferred(TransferMonitor monitor, DiskReader... disks) throws Exception {
        try (Vault vault = Rig.create(new MemoryStorage(), state);
                WriteSession session = vault.begin()) {
            Transfer transfer = new Transfer(monitor, 0);
            for (int i = 0; i < disks.length; i++) {
                transfer.store("d" + i, disks[i], session, Optional.empty(), Optional.empty(), List.of());
            }
            return assertThrows(DoppelException.class, transfer::run);
        }
    }

    private void cancelsSoon(DiskReader disk, Stalled stalled, Switch monitor) throws Exception {
        AtomicReference<DoppelException> ended = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                ended.set(transferred(monitor, disk));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        await(stalled.reading);
        monitor.pull();
        thread.join(SOON.toMillis());
        assertTrue(ended.get() != null && ended.get().is(CommonError.CANCELLED), "it ended with " + ended.get());
    }

    @Test
    void aCancelEndsReadsThatWait() throws Exception {
        Stalled disk = new Stalled();
        cancelsSoon(disk, disk, new Switch());
    }

    @Test
    void aCancelEndsReadsOfADiskThatCouldBeOpenedAgain() throws Exception {
        Stalled disk = new Stalled();
        Switch monitor = new Switch();
        DiskReader reopening = new ReopeningReader(
                "d",
                disk,
                () -> {
                    throw new AssertionError("it was opened again");
                },
                monitor);
        cancelsSoon(reopening, disk, monitor);
    }

    @Test
    void aDiskThatFailsEndsTheReadsOfTheOthers() throws Exception {
        Stalled stalled = new Stalled();
        DiskReader failing = new DiskReader() {
            @Override
            public long size() {
                return 64 << 20;
            }

            @Override
            public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
                await(stalled.reading);
                throw new DoppelException(CommonError.IO, "The cable is cut");
            }

            @Override
            public List<ByteRange> allocated(ByteRange range) {
                return List.of(range);
            }

            @Override
            public void close() {}
        };
        DoppelException e = transferred(Rig.QUIET, stalled, failing);
        assertTrue(e.getMessage().contains("The cable is cut"), e.getMessage());
        assertEquals(0, stalled.interrupted.getCount());
    }
}
