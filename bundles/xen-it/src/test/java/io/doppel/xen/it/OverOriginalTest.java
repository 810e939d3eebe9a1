package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.inventory.KeptOriginalView;
import io.doppel.api.job.JobRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores over the original, killed at many points: afterwards the machine is the original or the restored one, and starts. */
class OverOriginalTest {
    private static final int ALL = Integer.MAX_VALUE;
    private static final int EARLY = 5;
    private static final int LATE = 15;

    @TempDir
    private Path folder;

    private TestPool pool;
    private Path state;
    private String vm;
    private String version;
    private Map<String, Path> restored;
    private int asOriginal;
    private int asRestored;

    @Test
    void killedAtTwentyPoints() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        state = folder.resolve("s");
        try (TestPool made = new TestPool(folder.resolve("p"))) {
            pool = made;
            vm = pool.machine("web", (6 << 20) + 512, 4 << 20);
            try (DoppelServer server = new DoppelServer(state)) {
                server.addVault("v", folder.resolve("v/v"));
                server.addPool("pool", pool, Map.of());
                version = server.result(server.succeeded(server.backup("web", "v")), "version");
                restored = pool.lastOracle("web").files();
            }
            Map<String, Path> original = changed();
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger written = new AtomicInteger();
            pool.sim.faults().on("*").times(ALL).run(calls::incrementAndGet);
            pool.sim.faults().on("http:/import_raw_vdi").times(ALL).run(() -> written.set(calls.get()));
            try (DoppelProcess whole = restore()) {
                String ended = whole.await();
                assertTrue(ended.startsWith("SUCCEEDED"), ended);
            }
            pool.wellAgain();
            settle(original, "a whole run");
            assertEquals(1, asRestored);
            TreeSet<Integer> points = new TreeSet<>();
            for (int i = 0; i < EARLY; i++) {
                points.add(1 + i * (written.get() - 1) / EARLY);
            }
            for (int i = 0; i < LATE; i++) {
                points.add(written.get() + 1 + i * (calls.get() - written.get() - 1) / LATE);
            }
            System.out.println(calls + " calls, the last import at " + written + ", killed at " + points);
            for (int point : points) {
                killAt(point);
            }
            System.out.println(asOriginal + " originals and " + asRestored + " restored");
            assertTrue(asOriginal >= EARLY && asRestored > 1, asOriginal + " and " + asRestored);
        }
    }

    private DoppelProcess restore() throws IOException {
        return new DoppelProcess(state, "restore", "", Map.of("version", version, "over-original", "true"));
    }

    private void killAt(int point) throws Exception {
        Map<String, Path> original = changed();
        AtomicReference<DoppelProcess> process = new AtomicReference<>();
        pool.sim.faults().on("*").nth(point).run(() -> process.get().kill());
        try (DoppelProcess child = restore()) {
            process.set(child);
            child.await();
        }
        pool.wellAgain();
        settle(original, "killed at call " + point);
    }

    /** Makes the machine differ from the version; gives what its disks are then. */
    private Map<String, Path> changed() throws IOException {
        try (GuestDisk disk = pool.mount(vm, "0")) {
            disk.run("head -c 5000 /dev/urandom >new");
        }
        Map<String, Path> files = new TreeMap<>();
        pool.disksOf(vm).forEach((position, vdi) -> files.put(position, pool.copy(vdi)));
        return files;
    }

    /** Connects the host again, which is all that anybody has to do, and looks at the machine. */
    private void settle(Map<String, Path> original, String when) throws Exception {
        try (DoppelServer server = new DoppelServer(state)) {
            assertEquals(
                    1, server.core.inventory().machines(Optional.of("pool")).size(), when);
            Map<String, String> disks = pool.disksOf(vm);
            assertEquals(restored.keySet(), disks.keySet(), when);
            boolean isOriginal = is(original, disks);
            assertTrue(isOriginal || is(restored, disks), when + ": the disks are of neither");
            pool.sim.call("VM.start", vm, false, false);
            pool.sim.call("VM.hard_shutdown", vm);
            assertEquals(Map.of(), pool.sim.records().get("VM", vm, "blocked_operations"), when);
            if (isOriginal) {
                asOriginal++;
            } else {
                asRestored++;
            }
            for (KeptOriginalView kept : server.core.inventory().keptOriginals()) {
                server.core.inventory().confirmRestore(kept.host(), kept.restoreId());
            }
            JobRun next = server.stored(server.backup("web", "v"));
            assertEquals(List.of(), pool.awaitSwept(), () -> when + "\n" + server.log(next));
        }
    }

    private boolean is(Map<String, Path> files, Map<String, String> disks) throws IOException {
        for (Map.Entry<String, Path> file : files.entrySet()) {
            if (Files.mismatch(file.getValue(), pool.copy(disks.get(file.getKey()))) >= 0) {
                return false;
            }
        }
        return true;
    }
}
