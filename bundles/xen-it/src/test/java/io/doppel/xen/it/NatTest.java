package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool behind address translation: all that it tells are addresses that cannot be reached from here. */
class NatTest {
    @TempDir
    private Path folder;

    @Test
    void theSameJobsPassThroughTheAddressMap() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (NatPool pool = new NatPool(Files.createDirectory(folder.resolve("p")));
                DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            for (String inside : NatPool.INSIDE) {
                try (Socket socket = new Socket()) {
                    assertThrows(
                            IOException.class, () -> socket.connect(new InetSocketAddress(inside, pool.port), 500));
                }
            }
            server.addVault("v", folder.resolve("v/v"));
            // A member that is not the master: where that is, it tells by an inside address.
            server.addPool(
                    "pool",
                    Map.of(
                            "address",
                            NatPool.INSIDE.get(1),
                            "port",
                            "" + pool.port,
                            "address-map",
                            NatPool.INSIDE.get(0) + "=" + NatPool.OUTSIDE.get(0) + "," + NatPool.INSIDE.get(1) + "="
                                    + NatPool.OUTSIDE.get(1)));
            JobRun full = server.succeeded(server.backup(NatPool.MACHINE, "v"));
            check(server, full, pool);
            assertEquals("written", pool.ask("write"));
            JobRun next = server.succeeded(server.backup(NatPool.MACHINE, "v"));
            assertTrue(
                    next.progress().read() < full.progress().read() / 2,
                    "read " + next.progress().read());
            check(server, next, pool);
            server.restore(server.result(next, "version"), Map.of("name", "restored"));
            assertEquals("same", pool.ask("restored"));
            assertEquals("off", pool.ask("nbd off"));
            JobRun streamed = server.stored(server.run(
                    "backup",
                    java.util.List.of("pool/" + NatPool.MACHINE),
                    Map.of("vault", "v", "validate", "false", "full", "true")));
            check(server, streamed, pool);
        }
    }

    private static void check(DoppelServer server, JobRun run, NatPool pool) throws Exception {
        Versions.assertEquals(server, server.result(run, "version"), NatPool.oracle(pool.ask("oracle")));
        assertEquals("[]", pool.ask("leftovers"));
    }
}
