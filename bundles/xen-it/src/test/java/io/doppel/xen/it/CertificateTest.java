package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.tls.Fingerprint;
import io.doppel.sim.xapi.SimPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that shows another certificate than the one that somebody confirmed. */
class CertificateTest {
    @TempDir
    private Path folder;

    @Test
    void aChangedCertificateIsRefusedAndBothFingerprintsAreShown() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            server.addVault("v", folder.resolve("v/v"));
            int port;
            String old;
            try (TestPool pool = new TestPool(folder.resolve("p"))) {
                pool.machine("web", 2 << 20);
                server.addPool("pool", pool, Map.of());
                server.succeeded(server.backup("web", "v"));
                port = pool.sim.hosts().get(0).port();
                old = shown(pool.sim.hosts().get(0));
            }
            server.core.inventory().machines(java.util.Optional.empty());
            try (TestPool other = new TestPool(folder.resolve("q"), port, "127.0.0.1", "127.0.0.2")) {
                other.machine("web", 2 << 20);
                JobRun run = server.backup("web", "v");
                assertEquals(JobState.FAILED, run.state(), run.outcome());
                String now = shown(other.sim.hosts().get(0));
                assertTrue(run.outcome().contains(old), run.outcome());
                assertTrue(run.outcome().contains(now), run.outcome());
                assertEquals(0, other.logins(), "the password went to somebody who is not the host");
                assertEquals(List.of(), other.leftovers());
            }
        }
    }

    private static String shown(SimPool.Host host) throws Exception {
        return Fingerprint.of(host.identity().certificate()).toString();
    }
}
