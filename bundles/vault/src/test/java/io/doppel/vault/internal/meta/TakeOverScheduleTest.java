package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that take over from each other while they publish, one operation of one server at a time. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class TakeOverScheduleTest {
    @TempDir
    Path temp;

    private final MapStorage made = new MapStorage();
    private Path first;

    @BeforeEach
    void make() throws Exception {
        first = temp.resolve("first");
        try (VaultMeta meta = Fixture.create(made, first)) {
            Fixture.publish(meta);
        }
    }

    private Path server() throws Exception {
        Path folder = Files.createTempDirectory(temp, "server");
        Files.copy(first.resolve("machine.key"), folder.resolve("machine.key"));
        return folder;
    }

    private MapStorage copy() {
        Map<String, byte[]> objects = new ConcurrentSkipListMap<>(made.objects);
        return new MapStorage(objects);
    }

    /** Every point of the publisher against every point of the server that takes over. */
    @Test
    void everyPairOfPoints() throws Exception {
        int pairs = 0;
        int counted = 0;
        boolean publisherEnded = false;
        for (int i = 1; !publisherEnded; i++) {
            boolean takerEnded = false;
            for (int j = 1; !takerEnded; j++) {
                Turns turns = new Turns(List.of(i, j));
                ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
                MapStorage storage = copy();
                MapStorage publisher = storage.view();
                VaultMeta meta = Fixture.open(publisher, server(), Fixture.ALPHA, VaultAccess.ATTACH, "");
                publisher.hook = (operation, name) -> turns.next(0);
                MapStorage taker = storage.view();
                taker.hook = (operation, name) -> turns.next(1);
                Path folder = server();
                turns.run(List.of(() -> acknowledge(meta, acknowledged), () -> takeOver(taker, folder, acknowledged)));
                publisher.hook = (operation, name) -> {};
                meta.close();
                check(storage, acknowledged, "publisher stalled at " + i + ", taker at " + j);
                publisherEnded = turns.steps(0) < i;
                takerEnded = turns.steps(1) < j;
                counted += acknowledged.size();
                pairs++;
            }
        }
        assertTrue(pairs > 200, pairs + " pairs");
        assertTrue(counted > pairs, counted + " publications counted in " + pairs + " pairs");
    }

    /** Several servers and a reader in random order. */
    @Test
    void randomOrders() throws Exception {
        int counted = 0;
        for (int seed = 0; seed < 150; seed++) {
            Turns turns = new Turns(new Random(seed), 4);
            ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
            MapStorage storage = copy();
            MapStorage[] views = {storage.view(), storage.view(), storage.view(), storage.view()};
            Path[] folders = {server(), server(), server(), server()};
            for (int k = 0; k < views.length; k++) {
                int who = k;
                views[k].hook = (operation, name) -> turns.next(who);
            }
            turns.run(List.of(
                    () -> takeOver(views[0], folders[0], acknowledged),
                    () -> takeOver(views[1], folders[1], acknowledged),
                    () -> takeOver(views[2], folders[2], acknowledged),
                    () -> watch(views[3], folders[3])));
            check(storage, acknowledged, "seed " + seed);
            counted += acknowledged.size();
        }
        assertTrue(counted > 150, counted + " publications counted");
    }

    private static void takeOver(MapStorage storage, Path folder, ConcurrentLinkedQueue<String> acknowledged)
            throws DoppelException {
        try (VaultMeta meta = Fixture.open(storage, folder, Fixture.BETA, VaultAccess.TAKE_OVER, "")) {
            acknowledge(meta, acknowledged);
            acknowledge(meta, acknowledged);
        } catch (DoppelException e) {
            assertLeaseLost(e);
        }
    }

    private static void acknowledge(VaultMeta meta, ConcurrentLinkedQueue<String> acknowledged) throws DoppelException {
        try {
            acknowledged.add(Fixture.publish(meta));
        } catch (DoppelException e) {
            assertLeaseLost(e);
        }
    }

    private static void assertLeaseLost(DoppelException e) {
        assertEquals(VaultError.LEASE_LOST.id(), e.code().id(), e.getMessage());
    }

    /** Somebody who only looks never sees a head that is taken back. */
    private static void watch(MapStorage storage, Path folder) throws DoppelException {
        try (VaultMeta meta = Fixture.open(storage, folder, Fixture.ALPHA, VaultAccess.READ_ONLY, "")) {
            for (int i = 0; i < 6; i++) {
                meta.refresh(head -> {});
            }
        }
    }

    private void check(MapStorage storage, ConcurrentLinkedQueue<String> acknowledged, String order) throws Exception {
        try (VaultMeta meta = Fixture.open(storage, server(), Fixture.ALPHA, VaultAccess.TAKE_OVER, "")) {
            for (String id : acknowledged) {
                assertTrue(meta.head().lists(id), () -> order + ": an acknowledged version is not listed");
            }
            assertEquals(List.of(), meta.warnings(), order);
            assertEquals(List.of(), meta.verifyMeta(Fixture.NEVER), order);
        }
    }

    /** Lets one of several threads run at a time, from one of its operations to its next. */
    private static final class Turns {
        interface Task {
            void run() throws Exception;
        }

        private final Random random;
        private final List<Integer> stops;
        private final int[] steps;
        private final boolean[] ended;
        private int running = -1;
        private int waiting;
        private int live;

        /** In random order. */
        Turns(Random random, int count) {
            this.random = random;
            this.stops = null;
            this.steps = new int[count];
            this.ended = new boolean[count];
        }

        /** The first runs up to its stop, then the second up to its own, then the first to its end, then the second. */
        Turns(List<Integer> stops) {
            this.random = null;
            this.stops = stops;
            this.steps = new int[stops.size()];
            this.ended = new boolean[stops.size()];
        }

        synchronized int steps(int who) {
            return steps[who];
        }

        /** Called before an operation of {@code who}. */
        synchronized void next(int who) {
            steps[who]++;
            pass(who);
        }

        private void pass(int who) {
            waiting++;
            if (running == who) {
                running = -1;
            }
            choose();
            while (running != who) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
            waiting--;
        }

        private void choose() {
            if (running >= 0 || waiting < live || live == 0) {
                return;
            }
            running = random != null ? anyone() : byStops();
            notifyAll();
        }

        private int anyone() {
            int who;
            do {
                who = random.nextInt(ended.length);
            } while (ended[who]);
            return who;
        }

        private int byStops() {
            for (int who = 0; who < ended.length; who++) {
                if (!ended[who] && steps[who] < stops.get(who)) {
                    return who;
                }
            }
            return ended[0] ? 1 : 0;
        }

        private synchronized void end(int who) {
            ended[who] = true;
            live--;
            if (running == who) {
                running = -1;
            }
            choose();
        }

        void run(List<Task> tasks) throws Exception {
            live = tasks.size();
            ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
            Thread[] threads = new Thread[tasks.size()];
            for (int i = 0; i < threads.length; i++) {
                int who = i;
                threads[i] = new Thread(() -> {
                    try {
                        synchronized (this) {
                            pass(who);
                        }
                        tasks.get(who).run();
                    } catch (Throwable e) {
                        failures.add(e);
                    } finally {
                        end(who);
                    }
                });
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(60));
                assertTrue(!thread.isAlive(), "a server hangs");
            }
            for (Throwable failure : failures) {
                throw new AssertionError(failure);
            }
        }
    }
}
