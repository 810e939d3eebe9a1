package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.api.job.Progress;
import io.doppel.api.secret.SecretStore;
import io.doppel.mover.internal.LocalProcessor;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.disk.Place;
import io.doppel.spi.processor.AccessFailedException;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.DiskTransfer;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferRequest;
import io.doppel.spi.processor.TransferResult;
import io.doppel.spi.transport.Transport;
import io.doppel.tck.MemoryStorage;
import io.doppel.tck.NoSecrets;
import io.doppel.vault.Vault;
import io.doppel.vault.WriteSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A source whose connection breaks. */
class ReopeningReaderTest implements Transport, TransferMonitor {
    /** Two segments, so that two threads read. */
    private static final int SIZE = 70_000_000;

    private static final byte[] CONTENT = Bytes.made(7, SIZE);

    @TempDir
    Path state;

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private volatile Fault fault = (connection, read) -> {};
    private volatile int sizeOfNext = SIZE;
    private volatile CancelToken token = CancelToken.NEVER;
    private final CountDownLatch firstWarning = new CountDownLatch(1);

    /** What happens at a read. */
    private interface Fault {
        void at(int connection, int read) throws DoppelException;
    }

    private byte[] transfer(String kind) throws DoppelException {
        try (Vault vault = Rig.create(new MemoryStorage(), state);
                WriteSession session = vault.begin()) {
            LocalProcessor processor = new LocalProcessor(id -> vault, new NoSecrets());
            processor.addTransport(this);
            DiskAccess access = new DiskAccess(kind, Place.ANYWHERE, false, 0, Optional.empty(), Map.of(), Map.of());
            DiskTransfer disk = new DiskTransfer(
                    "d",
                    new DataEnd.Disk(access),
                    List.of(new DataEnd.VaultSession(vault.id(), session.id(), Optional.empty())),
                    Optional.empty());
            TransferResult result = processor.transfer(new TransferRequest(List.of(disk), false, 0), this);
            return Rig.restore(
                    vault,
                    Rig.publish(vault, session, "d", result.disks().get("d")).id());
        }
    }

    private AccessFailedException failure(String kind) {
        AccessFailedException e = assertThrows(AccessFailedException.class, () -> transfer(kind));
        assertEquals("d", e.diskKey());
        assertEquals(opened.get(), closed.get());
        return e;
    }

    private static DoppelException broken(ErrorCode code) {
        return new DoppelException(code, "the connection broke");
    }

    @Test
    void aBrokenConnectionIsOpenedAgainAndNothingIsLost() throws Exception {
        fault = (connection, read) -> {
            if (connection < 4 && read > 20 * connection) {
                throw broken(CommonError.IO);
            }
        };
        assertArrayEquals(CONTENT, transfer("net"));
        assertEquals(4, opened.get());
        assertEquals(4, closed.get());
        assertEquals(3, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).contains("DPL-API-0006: the connection broke"), warnings::toString);
    }

    @Test
    void aReadThatNeverWorksEndsAfterAFewTries() throws Exception {
        fault = (connection, read) -> {
            throw broken(CommonError.IO);
        };
        assertTrue(failure("net").is(CommonError.IO));
        assertEquals(5, opened.get());
        assertEquals(4, warnings.size(), warnings::toString);
    }

    @Test
    void onePoisonedPlaceEndsItAlthoughAllOthersCanBeRead() throws Exception {
        fault = (connection, read) -> {
            if (read == -1) {
                throw broken(CommonError.IO);
            }
        };
        assertTrue(failure("net").is(CommonError.IO));
        assertTrue(opened.get() <= 5 && warnings.size() <= 4, warnings::toString);
    }

    @Test
    void whatCannotPassIsNotTriedAgain() throws Exception {
        fault = (connection, read) -> {
            throw broken(CommonError.UNSUPPORTED);
        };
        assertTrue(failure("net").is(CommonError.UNSUPPORTED));
        assertEquals(1, opened.get());
        assertEquals(List.of(), warnings);
    }

    @Test
    void filesAreNotOpenedAgain() throws Exception {
        fault = (connection, read) -> {
            throw broken(CommonError.IO);
        };
        assertTrue(failure("file").is(CommonError.IO));
        assertEquals(1, opened.get());
    }

    @Test
    void anotherSizeIsRefused() throws Exception {
        fault = (connection, read) -> {
            sizeOfNext = SIZE - 1;
            throw broken(CommonError.IO);
        };
        assertTrue(failure("net").is(MoverError.OTHER_SIZE));
        assertEquals(2, opened.get());
    }

    @Test
    @Timeout(60)
    void cancellingEndsTheWaitAtOnce() throws Exception {
        CountDownLatch said = new CountDownLatch(1);
        List<Runnable> actions = new CopyOnWriteArrayList<>();
        token = new CancelToken() {
            @Override
            public boolean isCancelled() {
                return said.getCount() == 0;
            }

            @Override
            public void check() throws DoppelException {
                if (isCancelled()) {
                    throw new DoppelException(CommonError.CANCELLED, "cancelled");
                }
            }

            @Override
            public Subscription onCancel(Runnable action) {
                actions.add(action);
                if (isCancelled()) {
                    action.run();
                }
                return () -> actions.remove(action);
            }
        };
        fault = (connection, read) -> {
            throw broken(CommonError.IO);
        };
        Thread canceller = new Thread(() -> {
            try {
                firstWarning.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            said.countDown();
            actions.forEach(Runnable::run);
        });
        canceller.start();
        long before = System.nanoTime();
        DoppelException e = assertThrows(DoppelException.class, () -> transfer("net"));
        assertTrue(e.is(CommonError.CANCELLED) && !(e instanceof AccessFailedException), e::toString);
        assertTrue(System.nanoTime() - before < TimeUnit.SECONDS.toNanos(5));
        canceller.join();
        assertEquals(1, opened.get());
        assertEquals(1, closed.get());
    }

    @Override
    public String name() {
        return "faulting";
    }

    @Override
    public boolean supports(DiskAccess access) {
        return true;
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) {
        int connection = opened.incrementAndGet();
        int size = sizeOfNext;
        return new Bytes(CONTENT) {
            private volatile boolean gone;

            @Override
            public boolean mayReopen() {
                return !access.kind().equals("file");
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
                assertTrue(!gone, "read after it was closed");
                boolean poisoned = offset <= SIZE / 2 && offset + length > SIZE / 2;
                fault.at(connection, poisoned ? -1 : reads.incrementAndGet());
                super.read(offset, buffer, from, length);
            }

            @Override
            public void close() {
                gone = true;
                closed.incrementAndGet();
            }
        };
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) {
        throw new AssertionError("nobody writes");
    }

    @Override
    public CancelToken cancel() {
        return token;
    }

    @Override
    public void progress(String diskKey, Progress progress) {}

    @Override
    public void warning(String diskKey, String text) {
        warnings.add(text);
        firstWarning.countDown();
    }
}
