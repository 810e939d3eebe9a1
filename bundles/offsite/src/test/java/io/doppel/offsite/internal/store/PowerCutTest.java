package io.doppel.offsite.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.tck.PowerCutDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power is cut behind every single sync of all that a store does. Whatever survives, the store opens, nothing that was
 * acknowledged is lost, nothing that was condemned is deleted before its window is over, and what was under way happened whole or
 * not at all.
 */
class PowerCutTest {
    private static final long WINDOW_MILLIS = 20_000;

    @TempDir
    Path temp;

    private final List<String> alerts = new ArrayList<>();
    /** Of the last work on a disk whose power stayed. */
    private int syncs;

    private int openedWhole;
    private int openedInPart;

    /** One thing that happens to a store. */
    private interface Step {
        void run(Running on) throws DoppelException;
    }

    private static final List<Step> STEPS = List.of(
            on -> on.put("data/a", 1),
            on -> on.put("data/b", 2),
            on -> on.store.condemn("data/a"),
            on -> on.put("data/a", 3),
            on -> on.time.keep(),
            on -> on.store.compact(),
            on -> on.put("reserve/00", 4),
            on -> on.store.condemn("reserve/00"),
            on -> on.store.condemn("data/b"),
            on -> on.store.undoTo(2),
            on -> on.store.lock(false),
            on -> on.store.condemn("data/b"),
            on -> on.store.bringBack(on.store.condemned(1).get(0).id()),
            on -> on.goOn(WINDOW_MILLIS),
            on -> on.store.condemn("data/b"),
            on -> on.purge(),
            on -> on.store.compact(),
            on -> on.put("heads/1", 5),
            on -> on.goOn(WINDOW_MILLIS),
            on -> on.purge());

    /** A store that runs, with a clock of its own. */
    private final class Running implements AutoCloseable {
        final AtomicLong nanos;
        final Storage own;
        final RunningTime time;
        final ClientStore store;
        private final Path folder;
        private int done;

        Running(Path folder) throws DoppelException, IOException {
            this.folder = folder;
            this.nanos = new AtomicLong();
            this.own = LocalStorage.open(folder.resolve("own"));
            boolean opened = false;
            try {
                this.time = new RunningTime(own, nanos::get, () -> 1_700_000_000_000L);
                this.store = ClientStore.open(
                        folder.resolve("store"),
                        time,
                        new Limits(1L << 30, 1000, 0),
                        (kind, text) -> alerts.add(kind + " " + text));
                opened = true;
            } finally {
                if (!opened) {
                    own.close();
                }
            }
        }

        void put(String name, int content) throws DoppelException {
            byte[] bytes = new byte[2000 + content];
            Arrays.fill(bytes, (byte) content);
            try (Put put = store.put(new Attempt(content, content), name)) {
                put.write(bytes, 0, bytes.length);
                put.commit();
            }
        }

        void goOn(long millis) {
            nanos.addAndGet(millis * 1_000_000);
        }

        void purge() throws DoppelException {
            store.purge(WINDOW_MILLIS);
        }

        void step() throws DoppelException {
            goOn(1_000);
            STEPS.get(done).run(this);
            done++;
        }

        /** All that there is, with its bytes, and when it was condemned. */
        String state() throws DoppelException, IOException {
            boolean locked = store.figures().locked();
            store.lock(false);
            Set<String> state = new TreeSet<>();
            List<String> names = new ArrayList<>();
            store.list("", "", info -> names.add(info.name()));
            for (String name : names) {
                int size = (int) store.stat(name).orElseThrow().size();
                byte[] bytes = new byte[size];
                store.reader(name, 0, size).read(0, bytes, 0, size);
                state.add(name + " " + content(bytes));
            }
            for (Condemned one : store.condemned(Integer.MAX_VALUE)) {
                // a reserve that was condemned may have its bytes or not
                if (!Table.isScratch(one.name())) {
                    byte[] bytes = Files.readAllBytes(folder.resolve("store").resolve(ClientStore.path(one.id())));
                    assertEquals(one.size(), bytes.length);
                    state.add(one.name() + " " + content(bytes) + " condemned at " + one.at() + " by " + one.event());
                }
            }
            store.lock(locked);
            return (locked ? "locked " : "") + state;
        }

        private static String content(byte[] bytes) {
            for (byte one : bytes) {
                assertEquals(bytes.length - 2000, one);
            }
            return Integer.toString(bytes.length);
        }

        @Override
        public void close() throws DoppelException {
            try {
                store.close();
            } finally {
                own.close();
            }
        }
    }

    private static Path made(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("own"));
        Files.createDirectories(folder.resolve("store"));
        return folder;
    }

    /** How it is after each step; the first is before all. */
    private List<String> states() throws Exception {
        List<String> states = new ArrayList<>();
        try (Running whole = new Running(made(temp.resolve("whole")))) {
            states.add(whole.state());
            for (int i = 0; i < STEPS.size(); i++) {
                whole.step();
                states.add(whole.state());
            }
            assertEquals(List.of(0L, 0L), List.of(whole.store.figures().condemnedObjects(), (long) alerts.size()));
        }
        return states;
    }

    /**
     * What was done when the power failed.
     *
     * @param steps acknowledged
     * @param most for how long the store can have run, in milliseconds
     */
    private record Done(int steps, long most) {}

    /** Works on a new disk until its power is cut. */
    private Done work(Path disk, List<String> options) throws Exception {
        made(disk.resolve("tree"));
        int steps = 0;
        long millis = 0;
        try (PowerCutDisk cut = new PowerCutDisk(disk.resolve("mount"), disk, options);
                Running running = new Running(disk.resolve("mount"))) {
            while (steps < STEPS.size()) {
                running.step();
                steps++;
                millis = running.time.millis();
            }
            syncs = cut.acknowledged();
        } catch (DoppelException powerFailed) {
            // in the middle of a step, which goes on by that much
            millis += WINDOW_MILLIS + 1_000;
        }
        return new Done(steps, millis);
    }

    /** What recovers may be cut off as well. */
    private void openUntilCut(Path disk, int sync) throws Exception {
        List<String> options = List.of("--cut-after", Integer.toString(sync));
        try (PowerCutDisk again = new PowerCutDisk(disk.resolve("mount"), disk, options);
                Running running = new Running(disk.resolve("mount"))) {
            openedWhole++;
        } catch (DoppelException powerFailed) {
            openedInPart++;
        }
    }

    @Test
    void allStatesAfterACutAreRecovered() throws Exception {
        List<String> states = states();
        work(temp.resolve("uncut"), List.of());
        assertTrue(syncs > STEPS.size(), syncs + " syncs");
        for (int cut = 1; cut <= syncs; cut++) {
            Path disk = temp.resolve("disk" + cut);
            List<String> options = new ArrayList<>(List.of("--cut-after", Integer.toString(cut)));
            if (cut % 2 == 0) {
                options.addAll(List.of("--partial", "--seed", Integer.toString(cut)));
            }
            Done done = work(disk, options);
            if (cut % 3 == 0) {
                openUntilCut(disk, 1 + cut / 3 % 6);
            }
            check("cut after " + cut, disk.resolve("tree"), states, done);
        }
        assertTrue(openedWhole > 0 && openedInPart > 5, openedWhole + " whole, " + openedInPart + " in part");
    }

    /** What was acknowledged is there, and what was under way happened whole or not at all. */
    private void check(String when, Path tree, List<String> states, Done done) throws Exception {
        try (Running recovered = new Running(tree)) {
            String state = recovered.state();
            List<String> allowed = states.subList(done.steps, Math.min(done.steps + 2, states.size()));
            assertTrue(allowed.contains(state), () -> when + ": " + state + " and not " + allowed + " after " + done);
            assertTrue(recovered.time.millis() <= done.most, when + ": the clock is ahead");
            for (Condemned one : recovered.store.condemned(Integer.MAX_VALUE)) {
                assertTrue(one.at() <= recovered.time.millis(), when + ": the clock went back behind a condemnation");
            }
            recovered.store.lock(false);
            recovered.put("later", 9);
        }
        try (Running again = new Running(tree)) {
            assertTrue(again.state().contains("later 2009"), when);
            again.store.condemn("later");
            again.goOn(WINDOW_MILLIS + 1);
            again.purge();
            assertEquals(0, again.store.figures().condemnedObjects(), when);
            long files;
            try (var all = Files.walk(tree.resolve("store/objects"))) {
                files = all.filter(Files::isRegularFile).count();
            }
            assertEquals(again.store.figures().objects(), files, when + ": bytes are left that nobody knows of");
        }
        assertEquals(List.of(), alerts, when);
    }
}
