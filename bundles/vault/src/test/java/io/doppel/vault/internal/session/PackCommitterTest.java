package io.doppel.vault.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A system that gives no more threads. */
@Timeout(60)
class PackCommitterTest {
    private static final OutOfMemoryError NO_THREAD = new OutOfMemoryError("unable to create native thread");

    @TempDir
    Path folder;

    private final List<PackInfo> stored = new CopyOnWriteArrayList<>();

    @Test
    void aPackForWhichNoThreadStartsFailsAndIsWaitedForByNobody() throws Exception {
        AtomicInteger started = new AtomicInteger();
        try (Storage storage = LocalStorage.open(folder)) {
            List<Path> before = files();
            PackCommitter committer = new PackCommitter(stored::add, r -> new Thread(r) {
                @Override
                public void start() {
                    started.incrementAndGet();
                    throw NO_THREAD;
                }
            });
            // more than may wait at once, so that the places of those that failed are needed
            for (int i = 1; i <= 6; i++) {
                PackWriter pack = new PackWriter(storage, ObjectKind.DATA, 1, new byte[32]);
                assertSame(NO_THREAD, assertThrows(OutOfMemoryError.class, () -> committer.submit(pack)));
                assertEquals(i, started.get());
            }
            DoppelException failure = assertThrows(DoppelException.class, committer::drain);
            assertTrue(failure.is(CommonError.INTERNAL), failure.getMessage());
            committer.close();
            assertEquals(before, files());
        }
        assertEquals(List.of(), stored);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
