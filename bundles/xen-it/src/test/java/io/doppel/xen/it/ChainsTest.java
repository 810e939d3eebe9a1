package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Storage that does not coalesce in time: backups stop before it takes no snapshot any more, and go on when it has caught up. */
class ChainsTest {
    @TempDir
    private Path folder;

    /** Backs up until a run fails. */
    private static JobRun untilItFails(DoppelServer server, TestPool pool, int most) throws Exception {
        for (int i = 0; i < most; i++) {
            JobRun run = server.backup("web", "v");
            assertEquals(List.of(), pool.leftovers(), server.log(run));
            if (run.state() == JobState.FAILED) {
                return run;
            }
        }
        throw new AssertionError("no run failed");
    }

    private void tooLong(int storageLimit, Map<String, String> settings, String says) throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (TestPool pool = TestPool.withChains(folder.resolve("p"), storageLimit);
                DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            pool.machine("web", (4 << 20) + 512);
            server.addVault("v", folder.resolve("v/v"));
            server.addPool("pool", pool, settings);
            JobRun first = server.stored(server.backup("web", "v"));
            pool.sim.holdChains(true);
            JobRun failed = untilItFails(server, pool, 8);
            assertTrue(server.log(failed).contains(says), server.log(failed));
            // Nobody wrote to it meanwhile.
            Versions.assertEquals(server, server.result(first, "version"), pool.lastOracle("web"));
            pool.sim.holdChains(false);
            JobRun next = server.succeeded(server.backup("web", "v"));
            Versions.assertEquals(server, server.result(next, "version"), pool.lastOracle("web"));
            assertEquals(List.of(), pool.leftovers());
        }
    }

    @Test
    void theHostsOwnLimitComesFirst() throws Exception {
        tooLong(10, Map.of("max-chain", "4"), "max-chain");
    }

    @Test
    void theLimitOfTheStorageIsAnErrorWithACode() throws Exception {
        tooLong(4, Map.of("max-chain", "29"), "SR_BACKEND_FAILURE_109");
    }
}
