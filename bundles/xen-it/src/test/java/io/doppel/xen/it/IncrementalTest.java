package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full backup and incrementals by changed blocks of a machine with two disks whose file systems are written to between the runs. */
class IncrementalTest {
    private static final long MIB = 1 << 20;
    /** No multiple of 2 MiB, nor of 64 KiB, nor of 4 KiB. */
    private static final long[] SIZES = {(96 << 20) + 3 * 512, (33 << 20) + 5 * 4096 + 512};

    @TempDir
    private Path folder;

    @Test
    void eachVersionIsWhatTheDisksWereAndReadsFollowTheChange() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (TestPool pool = new TestPool(folder.resolve("p"));
                DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            String vm = pool.machine("web", SIZES);
            server.addVault("v", folder.resolve("v/v"));
            server.addPool("pool", pool, Map.of());
            Map<String, TestPool.Oracle> versions = new LinkedHashMap<>();
            List<String> table = new ArrayList<>();
            TestPool.Oracle oracle = null;
            int[] written = {0, 256, 2048, 64, 0, 1024};
            try (GuestDisk first = pool.mount(vm, "0");
                    GuestDisk second = pool.mount(vm, "1")) {
                for (int i = 0; i < written.length; i++) {
                    if (written[i] > 0) {
                        first.run("head -c " + written[i] * 1024 + " /dev/urandom >file" + i + "; date >>log");
                        second.run("dd if=/dev/urandom of=checked bs=4096 count=2 seek=" + 50 * i
                                + " conv=notrunc status=none");
                    }
                    JobRun run = server.succeeded(server.backup("web", "v"));
                    TestPool.Oracle before = oracle;
                    oracle = pool.lastOracle("web");
                    versions.put(server.result(run, "version"), oracle);
                    long read = run.progress().read();
                    long changed = before == null ? 0 : Versions.changed(before, oracle);
                    long millis = Duration.between(
                                    run.started().orElseThrow(), run.ended().orElseThrow())
                            .toMillis();
                    table.add(String.format("%10d %14d %10d %5d ms", written[i], changed >> 10, read >> 10, millis));
                    if (i > 0) {
                        // Cuts of chunks are looked for on both sides of a change.
                        assertTrue(read >= changed && read <= 2 * changed + MIB, String.join("\n", table));
                    }
                    assertEquals(List.of(), pool.leftovers());
                    assertEquals(2, pool.bases());
                }
            }
            System.out.println("full and incrementals of " + SIZES[0] + " + " + SIZES[1]
                    + " bytes, in KiB:\n   written blocks changed       read\n" + String.join("\n", table));
            assertEquals(6, versions.size());
            for (Map.Entry<String, TestPool.Oracle> version : versions.entrySet()) {
                Versions.assertEquals(server, version.getKey(), version.getValue());
            }
        }
    }

    @Test
    void afterAFailureOfTheTrackingARunIsFullAndSaysSoAndTheNextIsNot() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (TestPool pool = new TestPool(folder.resolve("p"));
                DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            String vm = pool.machine("web", 24 * MIB + 512);
            server.addVault("v", folder.resolve("v/v"));
            server.addPool("pool", pool, Map.of());
            server.succeeded(server.backup("web", "v"));
            pool.sim.faults().on("VDI.list_changed_blocks").error("SR_BACKEND_FAILURE_460", "", "no metadata", "");
            JobRun full = server.backup("web", "v");
            assertEquals(JobState.WARNING, full.state(), full.outcome() + server.log(full));
            assertTrue(server.log(full).contains("is read as a whole"), server.log(full));
            assertTrue(server.log(full).contains("SR_BACKEND_FAILURE_460"), server.log(full));
            try (GuestDisk disk = pool.mount(vm, "0")) {
                disk.run("head -c 100000 /dev/urandom >new");
            }
            JobRun next = server.succeeded(server.backup("web", "v"));
            assertTrue(
                    next.progress().read() < 6 * MIB, "read " + next.progress().read());
            Versions.assertEquals(server, server.result(next, "version"), pool.lastOracle("web"));
            assertEquals(List.of(), pool.leftovers());
        }
    }
}
