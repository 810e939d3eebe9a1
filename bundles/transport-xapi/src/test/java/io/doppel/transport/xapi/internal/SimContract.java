package io.doppel.transport.xapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.secret.SecretStore;
import io.doppel.spi.transport.Transport;
import io.doppel.tck.TransportContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract of transports on a simulated pool, on which no task may be left. */
abstract class SimContract extends TransportContract {
    @TempDir
    static Path folder;

    static SimGround ground;

    @BeforeAll
    static void start() throws Exception {
        ground = new SimGround(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        assertEquals(List.of(), ground.pool.records().all("task"), "tasks left");
        ground.close();
    }

    @Override
    protected final Transport transport() {
        return ground.transport;
    }

    @Override
    protected final SecretStore secrets() {
        return ground.secrets;
    }
}
