package io.doppel.listener.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PinnedTls;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.spi.listener.ListenerConnection;
import io.doppel.spi.listener.ListenerRole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsListenerTest {
    private final TlsIdentity own = TlsIdentity.make("listener");
    private final TlsIdentity peer = TlsIdentity.make("peer");
    private TlsListener listener;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws Exception {
        listener = TlsListener.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), own);
    }

    @AfterEach
    void stop() {
        listener.close();
    }

    /** Says its name and the peer's fingerprint's first digit, again and again while the peer sends. */
    private static final class Echo implements ListenerRole {
        private final String protocol;
        private final Set<Fingerprint> trusted = ConcurrentHashMap.newKeySet();

        Echo(String protocol) {
            this.protocol = protocol;
        }

        @Override
        public String protocol() {
            return protocol;
        }

        @Override
        public boolean trusts(Fingerprint one) {
            return trusted.contains(one);
        }

        @Override
        public void serve(ListenerConnection connection) {
            try {
                connection.accepted();
                while (connection.in().read() >= 0) {
                    connection.out().write(protocol.charAt(0));
                }
            } catch (IOException e) {
                // the test closed it
            }
        }
    }

    private SSLSocket dial(TlsIdentity as, String protocol) throws Exception {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        plain.setSoTimeout(30_000);
        return new PinnedTls(Set.of(own.fingerprint()), as, protocol).secure(plain, "listener");
    }

    private int ask(TlsIdentity as, String protocol) throws Exception {
        try (SSLSocket socket = dial(as, protocol)) {
            return ask(socket);
        }
    }

    private static int ask(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(1);
        return socket.getInputStream().read();
    }

    @Test
    void eachRoleServesThoseItTrusts() throws Exception {
        Echo a = new Echo("a/1");
        Echo b = new Echo("b/1");
        listener.add(a);
        listener.add(b);
        a.trusted.add(peer.fingerprint());
        assertEquals('a', ask(peer, "a/1"));
        assertThrows(IOException.class, () -> ask(peer, "b/1"));
        assertThrows(IOException.class, () -> ask(TlsIdentity.make("x"), "a/1"));
        b.trusted.add(peer.fingerprint());
        assertEquals('b', ask(peer, "b/1"));
        try (SSLSocket open = dial(peer, "b/1")) {
            assertEquals('b', ask(open));
            listener.remove(b);
            assertTrue(isOver(open));
        }
        assertThrows(Exception.class, () -> ask(peer, "b/1"));
        assertEquals('a', ask(peer, "a/1"));
    }

    private static boolean isOver(SSLSocket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aPeerThatIsNoLongerTrustedDoesNotResume() throws Exception {
        Echo a = new Echo("a/1");
        listener.add(a);
        a.trusted.add(peer.fingerprint());
        PinnedTls tls = new PinnedTls(Set.of(own.fingerprint()), peer, "a/1");
        for (int i = 0; i < 2; i++) {
            try (SSLSocket socket =
                    tls.secure(new Socket(InetAddress.getLoopbackAddress(), listener.port()), "listener")) {
                assertEquals('a', ask(socket));
            }
        }
        a.trusted.clear();
        // the handshake of a resumed session goes through, and then nothing is served
        try (SSLSocket socket = tls.secure(new Socket(InetAddress.getLoopbackAddress(), listener.port()), "listener")) {
            socket.getOutputStream().write(1);
            assertTrue(isOver(socket));
        }
    }

    @Test
    void thoseThatSayNothingAreBounded() throws Exception {
        Echo a = new Echo("a/1");
        listener.add(a);
        a.trusted.add(peer.fingerprint());
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < Strangers.AT_ONCE; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), listener.port()));
            }
            Socket one = new Socket(InetAddress.getLoopbackAddress(), listener.port());
            silent.add(one);
            one.setSoTimeout(30_000);
            assertTrue(one.getInputStream().read() < 0, "one too many is closed at once");
            // those that were first are ended by the deadline, also one that says a little again and again
            assertTrue(endsWhileItDribbles(silent.get(1)));
            Socket first = silent.get(0);
            first.setSoTimeout(60_000);
            assertTrue(ended(first));
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    /** Sends a ClientHello of 512 bytes that never gets whole, a byte at a time, as long as the listener takes it. */
    private static boolean endsWhileItDribbles(Socket socket) throws IOException {
        byte[] hello = new byte[500];
        byte[] head = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
        System.arraycopy(head, 0, hello, 0, head.length);
        socket.setSoTimeout(100);
        for (byte one : hello) {
            try {
                socket.getOutputStream().write(one);
                return socket.getInputStream().read() < 0;
            } catch (SocketTimeoutException e) {
                // it still listens
                continue;
            } catch (IOException e) {
                return true;
            }
        }
        return false;
    }

    private static boolean ended(Socket socket) throws IOException {
        int n = socket.getInputStream().read(new byte[100]);
        while (n > 0) {
            n = socket.getInputStream().read(new byte[100]);
        }
        return n < 0;
    }

    @Test
    void thoseThatAreKnownAreBoundedToo() throws Exception {
        listener.close();
        listener = TlsListener.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), own, 3);
        Echo a = new Echo("a/1");
        listener.add(a);
        a.trusted.add(peer.fingerprint());
        List<SSLSocket> known = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                known.add(dial(peer, "a/1"));
                assertEquals('a', ask(known.get(i)));
            }
            assertThrows(Exception.class, () -> ask(peer, "a/1"));
            for (SSLSocket socket : known) {
                assertEquals('a', ask(socket));
            }
        } finally {
            for (SSLSocket socket : known) {
                socket.close();
            }
        }
    }

    @Test
    void failuresOfAnAddressAreForgottenAfterAMinute() throws Exception {
        AtomicLong nanos = new AtomicLong();
        Strangers strangers = new Strangers(nanos::get);
        InetAddress here = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        InetAddress there = InetAddress.getByAddress(new byte[] {10, 0, 0, 2});
        for (int i = 0; i < Strangers.FAILURES; i++) {
            assertTrue(strangers.enter(here));
            strangers.left();
            strangers.failed(here);
        }
        assertFalse(strangers.enter(here));
        assertTrue(strangers.enter(there));
        nanos.addAndGet(Strangers.WITHIN_NANOS + 1);
        assertTrue(strangers.enter(here));
    }

    @Test
    void theKeyFileIsMadeOncePrivateAndNeverReplaced() throws Exception {
        Path file = folder.resolve("new/key");
        Fingerprint made = IdentityFile.open(file).fingerprint();
        assertEquals(made, IdentityFile.open(file).fingerprint());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (var files = Files.list(file.getParent())) {
            assertEquals(1, files.count());
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThrows(IOException.class, () -> IdentityFile.open(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        byte[] damaged = Files.readAllBytes(file);
        damaged[30] ^= 1;
        Files.write(file, damaged);
        assertThrows(IOException.class, () -> IdentityFile.open(file));
        assertEquals(damaged.length, Files.size(file));
    }
}
