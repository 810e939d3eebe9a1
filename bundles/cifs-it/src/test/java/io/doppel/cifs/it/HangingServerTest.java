package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.CifsStorageType;
import io.doppel.storage.cifs.internal.ImpatientShares;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that stops answering while its connections stay open: nobody waits for it for ever, and it may go on later. */
@Timeout(300)
class HangingServerTest {
    /** In the first pack, so that it is not a flush that hangs, which is given ten times as long. */
    private static final int WRITES = 2;
    /** Less than the time after which the plug-in gives the server up, and far more than a cancel takes. */
    private static final long SOON = TimeUnit.SECONDS.toNanos(40);

    @TempDir
    private Path folder;

    private Rig rig;

    private void start(WatchedShares.Opening opening) throws Exception {
        rig = new Rig(folder, 12, opening);
        rig.addVault();
    }

    @AfterEach
    void stop() throws Exception {
        rig.samba.resume();
        rig.close();
    }

    /** smbd stops when that call is about to be made, of which the latch tells. */
    private CountDownLatch hangsBefore(String method, int count) {
        CountDownLatch hangs = new CountDownLatch(1);
        rig.shares.before(method, count, () -> {
            rig.samba.pause();
            hangs.countDown();
        });
        return hangs;
    }

    @Test
    void aRunEndsThoughTheServerDoesNotAnswer() throws Exception {
        start(ImpatientShares::open);
        rig.stores();
        rig.machine.rewrite();
        hangsBefore("write", WRITES);
        rig.attempt().failedWith(StorageError.UNREACHABLE.id());
        rig.samba.resume();
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    /** With the times of the plug-in as they are outside of tests: a minute, and ten of them for a flush. */
    @Test
    void runsAreCancelledThoughTheServerDoesNotAnswer() throws Exception {
        start(new CifsStorageType()::open);
        String first = rig.stores();
        rig.machine.rewrite();
        String dropped = rig.stores();
        rig.machine.rewrite();
        rig.server.addVault("second", Rig.TYPE, rig.settings(Map.of("path", "second")), rig.vault);
        rig.promises.attempt(rig.machine);
        List<String> machines = List.of(DoppelServer.HOST + "/" + rig.machine.name);
        Map<String, String> into = Map.of("vault", rig.vault, "validate", "false");
        cancelledBefore("write", WRITES, "backup", machines, into);
        cancelledBefore("commit", 1, "backup", machines, into);
        rig.assertNextRunClean();
        cancelledBefore("read", 1, "restore", List.of(), Map.of("version", first, "name", "half"));
        rig.server.restore(first, "whole");
        cancelledBefore("read", 1, "validate", List.of(), Map.of("vault", rig.vault));
        Map<String, String> copying = Map.of("vault", rig.vault, "offsite", "second");
        cancelledBefore("write", WRITES, "vault", List.of("*"), copying);
        assertTrue(rig.server.core.vaults().holds(rig.vault).isEmpty());
        rig.server.succeeded(run("vault", List.of("*"), copying));
        rig.promises.removed(dropped);
        rig.server.core.retention().remove(List.of(dropped), true);
        cancelledBefore("delete", 1, "purge", List.of(), Map.of("vault", rig.vault, "grace", "0s"));
        rig.server.succeeded(run("purge", List.of(), Map.of("vault", rig.vault, "grace", "0s")));
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    private JobRun run(String kind, List<String> machines, Map<String, String> options) throws Exception {
        return rig.server.core.jobs().await(begin(kind, machines, options).id());
    }

    private JobRun begin(String kind, List<String> machines, Map<String, String> options) throws Exception {
        return rig.server.core.jobs().submit(new JobDefinition("", kind, machines, options));
    }

    /** The run ends as long as smbd is stopped; then smbd goes on with what it was asked before. */
    private void cancelledBefore(
            String method, int count, String kind, List<String> machines, Map<String, String> options)
            throws Exception {
        CountDownLatch hangs = hangsBefore(method, count);
        JobRun run = begin(kind, machines, options);
        assertTrue(hangs.await(60, TimeUnit.SECONDS), () -> "no " + method + " of a " + kind);
        long start = System.nanoTime();
        rig.server.core.jobs().cancel(run.id());
        JobRun ended = rig.server.core.jobs().await(run.id());
        long took = System.nanoTime() - start;
        assertEquals(JobState.CANCELLED, ended.state(), () -> rig.server.told(ended));
        assertTrue(took < SOON, () -> kind + " took " + TimeUnit.NANOSECONDS.toSeconds(took) + " s");
        rig.samba.resume();
        await(() -> !rig.server.told(ended).contains("Not waited for any more")
                || rig.server.told(ended).contains("has come back"));
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, "what hung does not go on");
            Thread.sleep(50);
        }
    }

    /** Its connections are closed, though a flush is given longer than this test. */
    @Test
    void ourServerEndsThoughItsTargetDoesNotAnswer() throws Exception {
        start(new CifsStorageType()::open);
        rig.stores();
        rig.machine.rewrite();
        CountDownLatch hangs = hangsBefore("commit", 1);
        Rig.Attempt attempt = rig.attempt();
        assertTrue(hangs.await(60, TimeUnit.SECONDS));
        assertTimeoutPreemptively(Duration.ofMinutes(2), rig.server::close);
        rig.samba.resume();
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().startsWith("doppel-vault-close")));
        rig.server = new DoppelServer(folder.resolve("state"), rig.shares);
        assertEquals(
                JobState.INTERRUPTED,
                rig.server.core.jobs().run(attempt.run().id()).state());
        rig.assertNextRunClean();
        rig.assertAllWell();
    }
}
