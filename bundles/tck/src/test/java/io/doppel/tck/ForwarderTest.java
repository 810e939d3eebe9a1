package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The forwarder does what tests rely on. */
@Timeout(60)
class ForwarderTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private ServerSocket server;
    private Forwarder forwarder;
    private Socket client;
    private Socket served;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        forwarder.close();
        server.close();
    }

    private void connect(Forwarder.Line line) throws IOException {
        forwarder = Forwarder.to(server.getLocalPort(), line);
        dial();
    }

    private void dial() throws IOException {
        client = new Socket(InetAddress.getLoopbackAddress(), forwarder.port());
        served = server.accept();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void bytesAndEndsOfEachDirectionGetThrough() throws Exception {
        connect(Forwarder.Line.STRAIGHT);
        byte[] there = random(3_000_000);
        byte[] back = random(2_000_000);
        CompletableFuture<byte[]> got = CompletableFuture.supplyAsync(() -> all(served));
        client.getOutputStream().write(there);
        client.shutdownOutput();
        assertArrayEquals(there, got.get());
        // the server can still answer
        CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> all(client));
        served.getOutputStream().write(back);
        served.shutdownOutput();
        assertArrayEquals(back, answer.get());
        assertEquals(there.length, forwarder.sent());
        assertEquals(back.length, forwarder.received());
    }

    private static byte[] all(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aResetGoesToBothSidesBehindTheLastByteThatIsHandedOn() throws Exception {
        connect(Forwarder.Line.STRAIGHT);
        forwarder.resetAfterSent(5);
        client.getOutputStream().write(new byte[] {1, 2, 3, 4});
        assertArrayEquals(new byte[] {1, 2, 3, 4}, served.getInputStream().readNBytes(4));
        assertEquals(0, forwarder.resets());
        client.getOutputStream().write(5);
        assertThrows(SocketException.class, () -> served.getInputStream().read());
        assertThrows(SocketException.class, () -> client.getInputStream().read());
        assertEquals(1, forwarder.resets());
        dial();
        forwarder.resetAfterReceived(1);
        client.getOutputStream().write(1);
        assertEquals(1, served.getInputStream().read());
        served.getOutputStream().write(2);
        assertThrows(SocketException.class, () -> client.getInputStream().read());
        assertEquals(2, forwarder.resets());
        dial();
        forwarder.cut();
        assertThrows(SocketException.class, () -> client.getInputStream().read());
        assertEquals(2, forwarder.resets());
    }

    @Test
    void aPeerThatIsGoneIsGoneForTheOtherToo() throws Exception {
        connect(Forwarder.Line.STRAIGHT);
        client.close();
        assertEquals(-1, served.getInputStream().read());
        assertFalse(forwarder.awaitNoConnection(Duration.ofMillis(1)));
        served.close();
        assertTrue(forwarder.awaitNoConnection(LONG));
        dial();
        served.setSoLinger(true, 0);
        served.close();
        assertThrows(SocketException.class, () -> client.getInputStream().read());
    }

    @Test
    void aStallHoldsBothDirectionsAndLosesNothing() throws Exception {
        connect(Forwarder.Line.STRAIGHT);
        forwarder.stallAfterSent(3);
        client.getOutputStream().write(new byte[] {1, 2});
        assertArrayEquals(new byte[] {1, 2}, served.getInputStream().readNBytes(2));
        assertFalse(forwarder.awaitStall(Duration.ofMillis(1)));
        client.getOutputStream().write(new byte[] {3, 4});
        assertTrue(forwarder.awaitStall(LONG));
        served.getOutputStream().write(9);
        assertEquals(2, forwarder.sent());
        assertEquals(0, forwarder.received());
        // not yet enough for what waits, and then it is
        forwarder.stallAfterSent(1);
        assertTrue(forwarder.awaitStall(LONG));
        assertEquals(2, forwarder.sent());
        forwarder.stallAfterSent(2);
        assertArrayEquals(new byte[] {3, 4}, served.getInputStream().readNBytes(2));
        client.getOutputStream().write(5);
        assertTrue(forwarder.awaitStall(LONG));
        assertEquals(4, forwarder.sent());
        forwarder.goOn();
        assertEquals(5, served.getInputStream().read());
        assertEquals(9, client.getInputStream().read());
        assertEquals(5, forwarder.sent());
        assertEquals(1, forwarder.received());
    }

    /** Lower bounds only: how slow the machine is has no say in them. */
    @Test
    void aLineHasADelayAndARate() throws Exception {
        int delayMs = 40;
        int rate = 1_000_000;
        int size = 500_000;
        connect(new Forwarder.Line(Duration.ofMillis(delayMs), rate));
        long start = System.nanoTime();
        client.getOutputStream().write(1);
        served.getInputStream().read();
        served.getOutputStream().write(1);
        client.getInputStream().read();
        long both = System.nanoTime() - start;
        assertTrue(both >= TimeUnit.MILLISECONDS.toNanos(2 * delayMs), "there and back in " + both + " ns");
        CompletableFuture<byte[]> got = CompletableFuture.supplyAsync(() -> all(served));
        start = System.nanoTime();
        client.getOutputStream().write(random(size));
        client.shutdownOutput();
        assertArrayEquals(random(size), got.get());
        long took = System.nanoTime() - start;
        assertTrue(took >= TimeUnit.SECONDS.toNanos(1) * size / rate, size + " bytes in " + took + " ns");
    }

    @Test
    void whoDoesNotReadStopsWhoSends() throws Exception {
        connect(Forwarder.Line.delayed(Duration.ofMillis(1)));
        Thread sender = new Thread(() -> {
            try {
                while (true) {
                    client.getOutputStream().write(new byte[1 << 20]);
                }
            } catch (IOException closed) {
                return;
            }
        });
        sender.start();
        long before = -1;
        long now = 0;
        while (before != now || now == 0) {
            TimeUnit.MILLISECONDS.sleep(200);
            before = now;
            now = forwarder.sent();
        }
        assertTrue(now < 256 << 20, "took " + now);
        assertTrue(sender.isAlive());
        forwarder.cut();
        sender.join();
    }
}
