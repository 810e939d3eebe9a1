package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.sim.xapi.Disks;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose peers take a connection and fall silent: a cancel ends them soon, and nothing is left here or there. */
@Timeout(300)
class SilentPeersTest {
    /** Shorter than anything that gives up by itself. */
    private static final long SOON = TimeUnit.SECONDS.toNanos(10);

    @TempDir
    private Path folder;

    private final AtomicReference<Mute> mute = new AtomicReference<>();
    private TestPool pool;
    private DoppelServer server;

    /** What an NBD server says before it falls silent. */
    private interface LastWords {
        void say(DataInputStream in, DataOutputStream out) throws IOException;
    }

    /** An NBD server in the place of the pool's own. */
    private static final class Mute implements Disks.NbdServer {
        private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Disks.NbdServer real;
        private final CountDownLatch hungUp = new CountDownLatch(1);

        Mute(Disks.NbdServer real, LastWords words, Runnable silent) throws IOException {
            this.real = real;
            Thread thread = new Thread(() -> serve(words, silent), "mute");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve(LastWords words, Runnable silent) {
            try (Socket client = listening.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                words.say(in, new DataOutputStream(client.getOutputStream()));
                silent.run();
                in.readAllBytes();
            } catch (IOException e) {
                // Who gives up may reset the connection.
            }
            hungUp.countDown();
        }

        @Override
        public int port() {
            return listening.getLocalPort();
        }

        @Override
        public void close() {
            real.close();
            try {
                listening.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private volatile LastWords words;
    private volatile Runnable silent;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        pool = new TestPool(folder.resolve("p"), this::withMuteServers, 0, "127.0.0.1", "127.0.0.2");
        server = new DoppelServer(folder.resolve("s"));
        pool.machine("web", (4 << 20) + 512);
        server.addVault("v", folder.resolve("v/v"));
        server.addPool("pool", pool, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        pool.close();
    }

    private Disks withMuteServers(Disks disks) {
        return (Disks) Proxy.newProxyInstance(
                SilentPeersTest.class.getClassLoader(), new Class<?>[] {Disks.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(disks, arguments);
                        if (result instanceof Disks.NbdServer real && words != null) {
                            mute.set(new Mute(real, words, silent));
                            return mute.get();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void isCancelledSoon(DoppelServer.Cause cause, String... hostOptions) throws Exception {
        long[] begun = new long[1];
        Map<String, String> options = hostOptions.length == 0
                ? Map.of("vault", "v", "validate", "false")
                : Map.of("vault", "v", "validate", "false", "host-options", String.join(",", hostOptions));
        JobRun run = server.cancelled(
                action -> cause.calls(() -> {
                    begun[0] = System.nanoTime();
                    action.run();
                }),
                "backup",
                List.of("pool/web"),
                options);
        Duration took = Duration.ofNanos(System.nanoTime() - begun[0]);
        String told = run.state() + " after " + took + ": " + run.outcome() + "\n" + server.log(run);
        assertEquals(JobState.CANCELLED, run.state(), told);
        assertTrue(took.toNanos() < SOON, told);
        assertEquals(List.of(), pool.leftovers(), told);
        assertEquals(0, pool.bases(), told);
        try (Stream<Path> spooled = Files.walk(folder.resolve("s/spool"))) {
            assertEquals(0, spooled.filter(Files::isRegularFile).count(), "spooled files are left");
        }
    }

    private void worksAgain(String... hostOptions) throws Exception {
        words = null;
        pool.wellAgain();
        JobRun run = server.stored(server.backup("web", "v", hostOptions));
        Versions.assertEquals(server, server.result(run, "version"), pool.lastOracle("web"));
        assertEquals(List.of(), pool.leftovers());
    }

    private void nbdFallsSilent(LastWords last) throws Exception {
        isCancelledSoon(action -> {
            silent = action;
            words = last;
        });
        assertTrue(mute.get().hungUp.await(SOON, TimeUnit.NANOSECONDS), "the connection is left open");
        worksAgain();
    }

    @Test
    void anNbdServerThatSaysNothing() throws Exception {
        nbdFallsSilent((in, out) -> {});
    }

    @Test
    void anNbdServerThatDoesNotBeginTls() throws Exception {
        nbdFallsSilent((in, out) -> {
            out.writeLong(0x4e42444d41474943L);
            out.writeLong(0x49484156454F5054L);
            out.writeShort(3);
            in.readInt();
            in.skipNBytes(8 + 4 + 4);
            out.writeLong(0x3e889045565a9L);
            out.writeInt(5);
            out.writeInt(1);
            out.writeInt(0);
            in.readByte();
        });
    }

    @Test
    void anExportThatIsNotAnswered() throws Exception {
        isCancelledSoon(
                action -> {
                    pool.sim.faults().on("http:/export").run(action);
                    pool.sim.faults().on("http:/export").delay(Duration.ofMinutes(5));
                },
                "method=standard");
        worksAgain("method=standard");
    }

    @Test
    void anExportWhoseHeadDoesNotCome() throws Exception {
        pool.streams.slow(1);
        isCancelledSoon(action -> pool.sim.faults().on("http:/export").run(action), "method=standard");
        pool.streams.slow(Long.MAX_VALUE);
        worksAgain("method=standard");
    }
}
