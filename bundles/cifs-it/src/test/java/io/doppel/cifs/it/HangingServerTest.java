package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobState;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.ImpatientShares;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that stops answering while its connections stay open: nobody waits for it for ever, and it may go on later. */
@Timeout(300)
class HangingServerTest {
    /** In the first pack, so that it is not a flush that hangs, which is given ten times as long. */
    private static final int WRITES = 2;

    @TempDir
    private Path folder;

    private final CountDownLatch hangs = new CountDownLatch(1);
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(folder, 16, ImpatientShares::open);
        rig.addVault();
        rig.stores();
        rig.machine.rewrite();
        rig.shares.before("write", WRITES, () -> {
            rig.samba.pause();
            hangs.countDown();
        });
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void aRunEndsThoughTheServerDoesNotAnswer() throws Exception {
        rig.attempt().failedWith(StorageError.UNREACHABLE.id());
        wellOnceItAnswers();
    }

    @Test
    void aRunIsCancelledThoughTheServerDoesNotAnswer() throws Exception {
        Rig.Attempt attempt = rig.attempt();
        assertTrue(hangs.await(60, TimeUnit.SECONDS));
        rig.server.core.jobs().cancel(attempt.run().id());
        assertEquals(JobState.CANCELLED, attempt.ended().state());
        wellOnceItAnswers();
    }

    /** What it was asked before it stopped, it may do now. */
    private void wellOnceItAnswers() throws Exception {
        rig.samba.resume();
        rig.assertNextRunClean();
        rig.assertAllWell();
    }
}
