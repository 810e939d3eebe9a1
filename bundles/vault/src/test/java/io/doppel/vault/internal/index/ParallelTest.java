package io.doppel.vault.internal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Everything is done once, by workers that are closed; what fails is thrown as it is. */
class ParallelTest {
    private final Set<Integer> done = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();

    private final class Counting implements Parallel.Worker {
        private final int failAt;
        private final Throwable failure;

        Counting(int failAt, Throwable failure) {
            this.failAt = failAt;
            this.failure = failure;
            open.incrementAndGet();
        }

        @Override
        public void run(int i) throws DoppelException {
            if (i == failAt) {
                if (failure instanceof Error) {
                    throw (Error) failure;
                }
                throw (DoppelException) failure;
            }
            assertTrue(done.add(i));
        }

        @Override
        public void finish() {
            finished.incrementAndGet();
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    @Test
    void eachOnceAndEveryWorkerFinishes() throws Exception {
        new Parallel("test", 3).run(1000, () -> new Counting(-1, null));
        assertEquals(1000, done.size());
        assertEquals(3, finished.get());
        assertEquals(0, open.get());
    }

    @Test
    void noWorkerWithoutWork() throws Exception {
        new Parallel("test", 3).run(0, () -> new Counting(-1, null));
        assertEquals(0, finished.get());
    }

    @Test
    void whatFailsIsThrownAndEndsTheRest() {
        DoppelException known = new DoppelException(CommonError.CANCELLED, "enough");
        assertSame(known, assertThrows(DoppelException.class, () -> runFailing(known)));
        Error unknown = new StackOverflowError();
        assertSame(unknown, assertThrows(Error.class, () -> runFailing(unknown)));
        assertEquals(0, open.get());
    }

    private void runFailing(Throwable failure) throws DoppelException {
        done.clear();
        new Parallel("test", 4).run(1_000_000, () -> new Counting(500, failure));
    }
}
