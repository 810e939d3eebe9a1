package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.Forwarder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connections that break, and a server that goes away. Whatever it is, a run ends well or with a code and can then simply be started
 * again, no version is hurt, and the next run is as if nothing had been.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
class ConnectionTest {
    private static final int WRITES = 20;

    private Rig rig;
    private Forwarder forwarder;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        rig = new Rig(folder, 16);
        forwarder = Forwarder.to(rig.samba.port());
        rig.addVault(Map.of("port", Integer.toString(forwarder.port())));
        rig.stores();
    }

    @AfterAll
    void stop() throws Exception {
        try {
            rig.assertAllWell();
        } finally {
            rig.close();
            forwarder.close();
        }
    }

    @BeforeEach
    void nothingIsReset() {
        forwarder.resetNothing();
    }

    @ParameterizedTest(name = "{0} after {1} bytes, new connection: {2}")
    @CsvSource({
        "sent, 1, true",
        "sent, 200, true",
        "sent, 3000, false",
        "sent, 2000000, false",
        "sent, 9000000, true",
        "received, 1, true",
        "received, 900, true",
        "received, 2000, false",
        "received, 20000, true"
    })
    void connectionsThatAreReset(String direction, long bytes, boolean fresh) throws Exception {
        if (fresh) {
            rig.restartServer();
        }
        int before = forwarder.resets();
        if (direction.equals("sent")) {
            forwarder.resetAfterSent(bytes);
        } else {
            forwarder.resetAfterReceived(bytes);
        }
        rig.machine.rewrite();
        JobRun run = rig.attempt().endedWellOrRetryable();
        System.out.println(rig.server.told(run));
        assertEquals(before + 1, forwarder.resets());
        rig.assertNextRunClean();
    }

    @Test
    void aServerThatGoesAwayAndReturns() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        rig.machine.rewrite();
        rig.shares.before("write", WRITES, () -> {
            rig.samba.stop();
            gone.countDown();
        });
        Rig.Attempt attempt = rig.attempt();
        assertTrue(gone.await(60, TimeUnit.SECONDS));
        rig.samba.start();
        attempt.endedWellOrRetryable();
        rig.assertNextRunClean();
    }

    @Test
    void aServerThatIsNotThereForLong() throws Exception {
        rig.machine.rewrite();
        rig.shares.before("write", WRITES, rig.samba::stop);
        try {
            rig.attempt().failedWith(StorageError.UNREACHABLE.id());
            rig.attempt().failedWith(StorageError.UNREACHABLE.id());
        } finally {
            rig.samba.start();
        }
        rig.assertNextRunClean();
    }

    /** The share was restored, or made again: all of it is there, in a folder that is another one. */
    @Test
    void aShareThatWasCopiedBackIsOpenedAnew() throws Exception {
        Path before = rig.folder.resolve("before");
        rig.machine.rewrite();
        rig.samba.kill();
        Files.move(rig.shared, before);
        Command.run("cp", "-a", before.toString(), rig.shared.toString());
        rig.samba.start();
        // Whoever meets it first finds out: this run, or the watch over the lease before it.
        rig.attempt().endedWellOrRetryable();
        rig.assertNextRunClean();
    }

    /** The server comes back without its disk, and the mount point is an empty folder. */
    @Test
    void aShareThatIsEmptyForAWhile() throws Exception {
        Path away = rig.folder.resolve("away");
        rig.machine.rewrite();
        rig.shares.before("write", WRITES, () -> {
            rig.samba.kill();
            Files.move(rig.shared, away);
            Files.createDirectory(rig.shared);
            rig.samba.start();
        });
        rig.attempt().failedWith(StorageError.UNREACHABLE.id());
        rig.attempt().failedWith(StorageError.UNREACHABLE.id());
        rig.restartServer();
        assertEquals(JobState.FAILED, rig.attempt().ended().state());
        try (Stream<Path> made = Files.walk(rig.shared)) {
            assertEquals(List.of(rig.shared), made.toList(), "something was made in place of what is gone");
        }
        rig.samba.kill();
        Files.delete(rig.shared);
        Files.move(away, rig.shared);
        rig.samba.start();
        rig.assertNextRunClean();
    }
}
