package io.doppel.xen.it;

import io.doppel.api.job.JobRun;
import io.doppel.sim.xapi.Disks.NbdExport;
import io.doppel.sim.xapi.Disks.NbdServer;
import io.doppel.sim.xapi.HostIdentity;
import io.doppel.sim.xapi.SimPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Not one of the tests that always run: {@code bundles/bench/xen-compare} starts it. Measures, by turns, a full job over NBD, the
 * folder's job on the same image, and nbdcopy of the same export to nothing; and then what an incremental without changes takes.
 */
class XenCompare {
    /** Not counted: the page cache, and Java's compiler, because a server runs for months. */
    private static final int WARM_UP = 3;

    private static final int ROUNDS = 5;
    private static final double GOAL = 0.8;
    private static final double MOST_SECONDS = 1;

    private final Map<String, List<Double>> times = new LinkedHashMap<>();
    private final Path image = Path.of(System.getProperty("doppel.compare"));

    @TempDir
    private Path folder;

    private int vaults;

    @Test
    void compare() throws Exception {
        for (String path : List.of("v", "machines/web")) {
            Files.createDirectories(folder.resolve(path));
        }
        Command.run(
                "cp",
                "--sparse=always",
                image.toString(),
                folder.resolve("machines/web/disk.img").toString());
        try (TestPool pool = new TestPool(folder.resolve("p"));
                DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            String vm = pool.sim.machine("web", Files.size(image));
            pool.disks.fill(pool.disksOf(vm).get("0"), image, "raw");
            pool.keepNoCopies();
            server.addPool("pool", pool, Map.of("plain-nbd", "true"));
            server.core
                    .inventory()
                    .addHost(
                            "folder",
                            "folder",
                            Map.of("path", folder.resolve("machines").toString()));
            String network = pool.sim.records().all("network").get(0);
            for (boolean tls : List.of(true, false)) {
                String purpose = tls ? "nbd" : "insecure_nbd";
                pool.sim.call("network.remove_purpose", network, tls ? "insecure_nbd" : "nbd");
                pool.sim.call("network.add_purpose", network, purpose);
                String mode = tls ? "TLS" : "plain";
                for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                    boolean counts = round >= WARM_UP;
                    double job = full(server, "pool/web");
                    if (tls && round == 0) {
                        System.out.printf("TLS: the first job of the process: %.2f s (no goal)%n", job);
                    }
                    note(counts, mode + " job", job);
                    note(counts, mode + " folder", full(server, "folder/web"));
                    note(counts, mode + " nbdcopy", nbdcopy(pool, vm, tls));
                }
                double slower = Math.max(median(mode + " folder"), median(mode + " nbdcopy"));
                System.out.printf(
                        "%s: job %.2f s, folder %.2f s, nbdcopy %.2f s: %.2f times as fast as the slower of both"
                                + " (goal %.1f)%n",
                        mode,
                        median(mode + " job"),
                        median(mode + " folder"),
                        median(mode + " nbdcopy"),
                        slower / median(mode + " job"),
                        GOAL);
            }
            String vault = vault(server);
            server.stored(server.backup("web", vault));
            for (int round = 0; round < 2 * ROUNDS; round++) {
                note(round >= ROUNDS, "empty", seconds(server.succeeded(server.backup("web", vault))));
            }
            System.out.printf("an incremental without changes: %.2f s (goal %.1f)%n", median("empty"), MOST_SECONDS);
        }
    }

    private String vault(DoppelServer server) throws Exception {
        String name = "v" + ++vaults;
        server.addVault(name, folder.resolve("v").resolve(name));
        return name;
    }

    private double full(DoppelServer server, String machine) throws Exception {
        String vault = vault(server);
        Map<String, String> options = Map.of("vault", vault, "validate", "false", "full", "true");
        double seconds = seconds(server.stored(server.run("backup", List.of(machine), options)));
        server.core.vaults().removeVault(vault);
        Command.run("rm", "-r", folder.resolve("v").resolve(vault).toString());
        return seconds;
    }

    private double nbdcopy(TestPool pool, String vm, boolean tls) throws Exception {
        String snapshot = (String) pool.sim.call("VM.snapshot", vm, "compared");
        String vdi = pool.disksOf(snapshot).get("0");
        SimPool.Host host = pool.sim.hosts().get(0);
        Optional<HostIdentity> identity = tls ? Optional.of(host.identity()) : Optional.empty();
        try (NbdServer server = pool.disks.serve(new NbdExport(vdi, "disk", host.address(), identity))) {
            String uri = "nbd://" + host.address() + ":" + server.port() + "/disk";
            if (tls) {
                uri = uri.replace("nbd:", "nbds:") + "?tls-certificates=" + certificates(host);
            }
            long begin = System.nanoTime();
            Command.run("nbdcopy", uri, "null:");
            return (System.nanoTime() - begin) / 1e9;
        } finally {
            pool.sim.call("VM.destroy", snapshot);
            pool.sim.call("VDI.destroy", pool.sim.records().find("VDI", vdi));
        }
    }

    private Path certificates(SimPool.Host host) throws IOException {
        Path certificates = Files.createDirectories(folder.resolve("certificates"));
        Files.writeString(certificates.resolve("ca-cert.pem"), host.identity().certificatePem());
        return certificates;
    }

    private static double seconds(JobRun run) {
        return Duration.between(run.started().orElseThrow(), run.ended().orElseThrow())
                        .toMillis()
                / 1e3;
    }

    private void note(boolean counts, String what, double seconds) {
        if (counts) {
            times.computeIfAbsent(what, w -> new ArrayList<>()).add(seconds);
        }
    }

    private double median(String what) {
        List<Double> sorted = times.get(what).stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
