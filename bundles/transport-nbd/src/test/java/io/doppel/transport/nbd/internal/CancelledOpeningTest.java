package io.doppel.transport.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.tck.TestCancel;
import io.doppel.transport.nbd.NbdError;
import io.doppel.transport.nbd.NbdTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that take a connection and fall silent: a cancel ends the opening at once, and the connection with it. */
@Timeout(60)
class CancelledOpeningTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final TestCancel cancel = new TestCancel();
    private final CompletableFuture<Boolean> gone = new CompletableFuture<>();

    /** Waits for the client to be silent too, cancels, and looks whether the connection ends. */
    private void fallSilent(ScriptedServer.Peer peer) throws Exception {
        cancel.cancel();
        peer.in.readAllBytes();
        gone.complete(true);
    }

    private void isCancelled(Access access) throws Exception {
        long begun = System.nanoTime();
        DoppelException e = assertThrows(
                DoppelException.class, () -> new NbdTransport().openReader(access.make(), access.secrets, cancel));
        assertTrue(e.is(CommonError.CANCELLED), e.getMessage());
        assertTrue(System.nanoTime() - begun < SOON.toNanos(), "too slow");
        assertTrue(gone.get(SOON.toSeconds(), TimeUnit.SECONDS), "the connection is left open");
    }

    @Test
    void beforeItsFirstWord() throws Exception {
        try (ScriptedServer server = new ScriptedServer(this::fallSilent)) {
            isCancelled(Access.to(server.port()));
        }
    }

    @Test
    void whenTlsIsToBegin() throws Exception {
        Certificates certificates = Certificates.make(folder);
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.greet();
            peer.option();
            peer.reply(Options.STARTTLS, Options.ACK, 0);
            peer.in.readByte();
            fallSilent(peer);
        })) {
            isCancelled(Access.to(server.port()).pinned(certificates));
        }
    }

    @Test
    void nobodyIsAskedAfterACancel() throws Exception {
        cancel.cancel();
        try (ScriptedServer server = new ScriptedServer(peer -> {})) {
            Access access = Access.to(server.port()).writable();
            assertThrows(
                    DoppelException.class, () -> new NbdTransport().openWriter(access.make(), access.secrets, cancel));
            assertEquals(0, server.connections());
        }
    }

    /** Its first connection breaks under reading, and the server does not greet the next one. */
    @Test
    void whileABrokenConnectionIsReplaced() throws Exception {
        CompletableFuture<NbdDiskReader> reader = new CompletableFuture<>();
        int[] connections = {0};
        try (ScriptedServer server = new ScriptedServer(peer -> {
            if (connections[0]++ == 0) {
                peer.serve(1 << 20, true);
                peer.asked();
                return;
            }
            reader.get().interrupt();
            peer.in.readAllBytes();
            gone.complete(true);
        })) {
            try (NbdDiskReader opened = Access.to(server.port()).reader(Timing.USUAL)) {
                reader.complete(opened);
                long begun = System.nanoTime();
                DoppelException e = assertThrows(DoppelException.class, () -> opened.read(0, new byte[4096], 0, 4096));
                assertTrue(Arrays.asList(NbdError.CLOSED, NbdError.LOST).contains(e.code()), e.getMessage());
                assertTrue(System.nanoTime() - begun < SOON.toNanos(), "too slow");
                assertTrue(gone.get(SOON.toSeconds(), TimeUnit.SECONDS), "the connection is left open");
            }
        }
    }
}
