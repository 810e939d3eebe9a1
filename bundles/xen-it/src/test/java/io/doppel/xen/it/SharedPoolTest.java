package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several that back up from one pool: vaults, jobs, installations, machines at once. */
class SharedPoolTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    @Test
    void twoVaultsTwoJobsAndTwoInstallationsEachStayIncremental() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (TestPool pool = new TestPool(folder.resolve("p"));
                DoppelServer first = new DoppelServer(folder.resolve("s1"));
                DoppelServer second = new DoppelServer(folder.resolve("s2"))) {
            String vm = pool.machine("web", 24 * MIB + 512);
            first.addVault("a", folder.resolve("v/a"));
            first.addVault("b", folder.resolve("v/b"));
            second.addVault("c", folder.resolve("v/c"));
            first.addPool("pool", pool, Map.of());
            second.addPool("pool", pool, Map.of());
            for (String vault : List.of("a", "b")) {
                first.core
                        .jobs()
                        .define(new JobDefinition(
                                "to-" + vault,
                                "backup",
                                List.of("pool/web"),
                                Map.of("vault", vault, "validate", "false")));
            }
            long full = 0;
            for (int round = 0; round < 3; round++) {
                for (String vault : List.of("a", "b", "c")) {
                    try (GuestDisk disk = pool.mount(vm, "0")) {
                        disk.run("head -c 50000 /dev/urandom >new");
                    }
                    DoppelServer server = vault.equals("c") ? second : first;
                    JobRun run = server.succeeded(
                            vault.equals("c") ? server.backup("web", vault) : again(server, "to-" + vault));
                    long read = run.progress().read();
                    full = Math.max(full, read);
                    if (round > 0) {
                        assertTrue(read > 0 && read < 4 * MIB, "round " + round + ", vault " + vault + ": " + read);
                    }
                    Versions.assertEquals(server, server.result(run, "version"), pool.lastOracle("web"));
                    assertEquals(List.of(), pool.leftovers());
                }
            }
            assertTrue(full > 6 * MIB, "the full ones read " + full);
            assertEquals(3, pool.bases());
        }
    }

    private static JobRun again(DoppelServer server, String job) throws Exception {
        JobDefinition definition = server.core.jobs().definitions().stream()
                .filter(d -> d.name().equals(job))
                .findFirst()
                .orElseThrow();
        return server.core.jobs().await(server.core.jobs().submit(definition).id());
    }

    @Test
    void fourMachinesAtOnce() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (TestPool pool = new TestPool(folder.resolve("p"));
                DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            List<String> names = List.of("one", "two", "three", "four");
            for (String name : names) {
                pool.machine(name, 12 * MIB + 512L * name.length());
            }
            server.addVault("v", folder.resolve("v/v"));
            server.addPool("pool", pool, Map.of());
            for (int round = 0; round < 2; round++) {
                JobRun run = server.succeeded(server.run(
                        "backup", List.of("pool/*"), Map.of("vault", "v", "validate", "false", "concurrency", "4")));
                List<String> done = new ArrayList<>();
                for (var task : server.core.jobs().tasks(run.id())) {
                    if (task.results().containsKey("version")) {
                        String version = task.results().get("version");
                        String name = server.core.vaults().version(version).machineName();
                        Versions.assertEquals(server, version, pool.lastOracle(name));
                        done.add(name);
                    }
                }
                assertEquals(
                        names.stream().sorted().toList(), done.stream().sorted().toList());
                assertEquals(List.of(), pool.leftovers());
                if (round > 0) {
                    assertEquals(0, run.progress().read());
                }
            }
        }
    }
}
