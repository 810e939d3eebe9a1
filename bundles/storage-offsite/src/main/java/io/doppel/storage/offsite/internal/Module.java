package io.doppel.storage.offsite.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PinnedTls;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.ModuleError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;

/** How a module is reached. Safe for several threads. */
final class Module {
    /** Gets the token, in a new array. */
    interface Token {
        byte[] get() throws DoppelException;
    }

    private static final int CONNECT_MILLIS = 15_000;

    /** The alert of RFC 7301 §3.2, and what PinnedTls says of a peer that passes over ALPN. */
    private static final Pattern NO_PROTOCOL = Pattern.compile("no_application_protocol|does not speak");

    /** Above what the module takes to see that a disk does not answer. */
    private static final int ANSWER_MILLIS = 120_000;

    private final String host;
    private final int port;
    private final PinnedTls tls;
    private final Token token;

    Module(String host, int port, Fingerprint pin, TlsIdentity own, Token token) {
        this.host = host;
        this.port = port;
        this.tls = new PinnedTls(Set.of(pin), own, Frame.PROTOCOL);
        this.token = token;
    }

    /** Address and port, for people. */
    String name() {
        return host + ":" + port;
    }

    /**
     * Connects and proves who we are.
     *
     * @throws IOException if the module cannot be reached now
     * @throws DoppelException if it can, and refuses
     */
    Line dial() throws IOException, DoppelException {
        SSLSocket socket = connect();
        byte[] secret = token.get();
        try {
            Line line = new Line(this, socket);
            line.greet(secret);
            return line;
        } catch (SSLException e) {
            close(socket);
            if (!isAlert(e)) {
                throw e;
            }
            // In TLS 1.3 the client learns only now what the module thinks of its certificate.
            throw new DoppelException(
                    ModuleError.NOT_KNOWN, "The offsite module at " + name() + " does not know this server's key", e);
        } catch (IOException | DoppelException | RuntimeException | Error e) {
            close(socket);
            throw e;
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private SSLSocket connect() throws IOException, DoppelException {
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.setKeepAlive(true);
            plain.setSoTimeout(CONNECT_MILLIS);
            plain.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        } catch (IOException e) {
            close(plain);
            throw e;
        }
        try {
            SSLSocket secured = tls.secure(plain, name());
            secured.setSoTimeout(ANSWER_MILLIS);
            return secured;
        } catch (DoppelException e) {
            if (e.is(CommonError.CERTIFICATE)) {
                throw new DoppelException(ModuleError.OTHER_MODULE, e.what(), e);
            }
            if (!(e.getCause() instanceof IOException cause) || !e.is(CommonError.IO)) {
                throw e;
            }
            if (NO_PROTOCOL.matcher(text(cause)).find()) {
                throw new DoppelException(
                        ModuleError.VERSION, "What answers at " + name() + " does not speak " + Frame.PROTOCOL, cause);
            }
            if (isAlert(cause) || isNoTls(cause)) {
                throw new DoppelException(
                        ModuleError.NO_MODULE,
                        "What answers at " + name() + " is no offsite module: " + cause.getMessage(),
                        cause);
            }
            throw cause;
        }
    }

    /** Whether the other side said no, rather than that the connection broke; Java tells it by the message alone. */
    private static boolean isAlert(IOException e) {
        return e instanceof SSLException && text(e).contains("fatal alert");
    }

    /** Whether the other side said something, and it was not TLS 1.3. A connection that broke has another cause. */
    private static boolean isNoTls(IOException e) {
        return e instanceof SSLHandshakeException && !(e.getCause() instanceof IOException)
                || e instanceof SSLException && text(e).startsWith("Unsupported or unrecognized SSL message");
    }

    private static String text(IOException e) {
        return String.valueOf(e.getMessage());
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing was begun on it.
        }
    }
}
