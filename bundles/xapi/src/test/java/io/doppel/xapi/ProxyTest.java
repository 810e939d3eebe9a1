package io.doppel.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProxyTest {
    private static XapiRoute route(ServerSocket proxy, String password) throws DoppelException {
        Optional<XapiProxy.Secret> secret = Optional.of(password::toCharArray);
        return new XapiRoute(
                false,
                80,
                Set.of(),
                AddressMap.parse("10.9.9.9=192.0.2.1"),
                Optional.of(XapiProxy.parse("me@127.0.0.1:" + proxy.getLocalPort(), secret)),
                Duration.ofSeconds(10));
    }

    /** Answers one request for a way with this head, and gives what was asked; then echoes one byte. */
    private static CompletableFuture<List<String>> serve(ServerSocket proxy, String head) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket client = proxy.accept()) {
                int[] limit = {10_000};
                String first = HttpHead.line(client.getInputStream(), limit);
                String authorization = "";
                for (String line = first; !line.isEmpty(); line = HttpHead.line(client.getInputStream(), limit)) {
                    authorization = line.startsWith("Proxy-Authorization") ? line : authorization;
                }
                client.getOutputStream().write(head.getBytes());
                int echoed = client.getInputStream().read();
                if (echoed >= 0) {
                    client.getOutputStream().write(echoed);
                }
                return List.of(first, authorization);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void theWayIsAskedForOutsideAndWithThePassword() throws Exception {
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<List<String>> asked = serve(proxy, "HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n");
            try (XapiWire wire = route(proxy, "pw").open(new XapiAddress("10.9.9.9", 80))) {
                wire.out().write('x');
                wire.out().flush();
                assertEquals('x', wire.in().read());
            }
            assertEquals(
                    List.of("CONNECT 192.0.2.1:80 HTTP/1.1", "Proxy-Authorization: Basic bWU6cHc="),
                    asked.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aRefusalIsTold() throws Exception {
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            serve(proxy, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
            XapiRoute route = route(proxy, "hidden-word");
            DoppelException e = assertThrows(DoppelException.class, () -> route.open(new XapiAddress("10.9.9.9", 80)));
            assertTrue(e.is(XapiError.PROXY) && e.getMessage().contains("407"), e.getMessage());
            assertFalse(e.getMessage().contains("hidden-word"));
        }
    }
}
