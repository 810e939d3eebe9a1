package io.doppel.offsite.internal;

import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PinnedTls;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.FrameInput;
import io.doppel.storage.offsite.wire.FrameOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Set;
import javax.net.ssl.SSLSocket;

/** Somebody with a socket, who keeps to no rule. */
final class Attacker implements AutoCloseable {
    final SSLSocket socket;
    final FrameInput in;
    final FrameOutput out;
    final DataOutputStream raw;

    private Attacker(SSLSocket socket) throws IOException {
        this.socket = socket;
        this.in = new FrameInput(socket.getInputStream(), Frame.MAX_FRAME);
        this.out = new FrameOutput(socket.getOutputStream());
        this.raw = new DataOutputStream(socket.getOutputStream());
    }

    /** Shakes hands. */
    static Attacker at(int port, Fingerprint module, TlsIdentity own, String protocol) throws Exception {
        Socket plain = plain(port);
        return new Attacker(new PinnedTls(Set.of(module), own, protocol).secure(plain, "module"));
    }

    static Socket plain(int port) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(30_000);
        return plain;
    }

    /** Says a token. */
    Attacker hello(byte[] token) throws IOException {
        out.begin(Frame.HELLO, 34).u16(Frame.VERSION).bytes(token).end();
        out.flush();
        return this;
    }

    /** Reads frames until one of the type. */
    void await(int type) throws IOException {
        int got = in.next();
        while (got != type) {
            got = in.next();
        }
    }

    /** The code of the error that comes next. */
    int error() throws IOException {
        await(Frame.ERROR);
        return in.u8();
    }

    /** Whether the module has ended the connection. */
    boolean isOver() throws IOException {
        byte[] buffer = new byte[1000];
        try {
            int n = socket.getInputStream().read(buffer);
            while (n > 0) {
                n = socket.getInputStream().read(buffer);
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
