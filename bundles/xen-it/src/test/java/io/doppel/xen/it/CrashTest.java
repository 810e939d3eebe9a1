package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers killed in the middle of a job. */
class CrashTest {
    @TempDir
    private Path folder;

    @Test
    void leftoversOfAKilledBackupAreSweptAtTheNextStart() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        Path state = folder.resolve("s");
        try (TestPool pool = new TestPool(folder.resolve("p"))) {
            String vm = pool.machine("web", (12 << 20) + 512, 4 << 20);
            String version;
            try (DoppelServer server = new DoppelServer(state)) {
                server.addVault("v", folder.resolve("v/v"));
                server.addPool("pool", pool, Map.of());
                version = server.result(server.succeeded(server.backup("web", "v")), "version");
            }
            TestPool.Oracle oracle = pool.lastOracle("web");
            for (String point : List.of("VM.snapshot", "VDI.get_nbd_info", "VDI.data_destroy")) {
                try (GuestDisk disk = pool.mount(vm, "0")) {
                    disk.run("head -c 70000 /dev/urandom >new");
                }
                AtomicReference<DoppelProcess> process = new AtomicReference<>();
                pool.sim.faults().on(point).afterwards().run(() -> process.get().kill());
                try (DoppelProcess child =
                        new DoppelProcess(state, "backup", "pool/web", Map.of("vault", "v", "validate", "false"))) {
                    process.set(child);
                    assertEquals("", child.await(), "it ended before it was killed");
                }
                pool.wellAgain();
                assertFalse(pool.leftovers().isEmpty(), "nothing was left at " + point);
                try (DoppelServer server = new DoppelServer(state)) {
                    JobRun killed = server.core.jobs().runs(1).get(0);
                    assertEquals(JobState.INTERRUPTED, killed.state());
                    JobRun next = server.succeeded(server.backup("web", "v"));
                    assertTrue(
                            next.progress().read() < 4 << 20,
                            point + ": read " + next.progress().read());
                    assertEquals(List.of(), pool.awaitSwept(), point + "\n" + server.log(next));
                    assertEquals(2, pool.bases(), point);
                    Versions.assertEquals(server, server.result(next, "version"), pool.lastOracle("web"));
                    Versions.assertEquals(server, version, oracle);
                }
            }
        }
    }
}
