package io.doppel.xapi;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.PinnedTls;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * One open connection to a host, for HTTP/1.1: send a head, send a body, read the answer's head, read its body. Used by one
 * thread at a time; {@link #close()} may come from any and ends what blocks.
 */
public final class XapiWire implements Closeable {
    private static final int MAX_HEAD = 1 << 20;

    /** Below TLS, if there is TLS. */
    private final Socket connected;

    private final Socket socket;
    private final XapiAddress peer;
    private final PinnedTls pinned;
    private final InputStream in;
    private final OutputStream out;

    XapiWire(Socket connected, Socket socket, XapiAddress peer, PinnedTls pinned) throws IOException {
        this.connected = connected;
        this.socket = socket;
        this.peer = peer;
        this.pinned = pinned;
        this.in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
        this.out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
    }

    /** The address connected to. */
    public XapiAddress peer() {
        return peer;
    }

    /** From now on a read fails when nothing comes for that long, at least a millisecond. */
    void silence(Duration longest) throws IOException {
        socket.setSoTimeout(Math.toIntExact(longest.toMillis()));
    }

    /**
     * Sends a request's head, flushed; Host and User-Agent are added.
     *
     * @param target path with query
     * @param fields further header fields
     */
    public void send(String method, String target, Map<String, String> fields) throws IOException {
        StringBuilder head = new StringBuilder()
                .append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(peer)
                .append("\r\nUser-Agent: Doppel\r\n");
        fields.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("\r\n");
        if (head.chars().filter(c -> c == '\n').count() != fields.size() + 4) {
            throw new IOException("a request with a line break in a header");
        }
        out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Where a request's body goes; buffered. */
    public OutputStream out() {
        return out;
    }

    /** The raw bytes that come, from where the last head or body ended. */
    public InputStream in() {
        return in;
    }

    /** Whether bytes wait that have not been read, for example an early refusal while a body is sent. */
    public boolean answers() throws IOException {
        return in.available() > 0;
    }

    /** Reads the head of the answer. Answers 100 are passed over. */
    public HttpHead head() throws IOException {
        HttpHead head = HttpHead.read(in, MAX_HEAD);
        while (head.status() == 100) {
            head = HttpHead.read(in, MAX_HEAD);
        }
        return head;
    }

    /**
     * The body that belongs to a head: ends by its length, its chunks, or with the connection. A connection that ends
     * before the length or the last chunk is a failure.
     */
    public InputStream body(HttpHead head) throws IOException {
        return HttpBody.of(in, head);
    }

    /** Sends what is buffered, and the end of everything sent; what comes can still be read. */
    public void endOutput() throws IOException {
        out.flush();
        socket.shutdownOutput();
    }

    /** The coded form of a failure of this connection. */
    public DoppelException explain(IOException failure) {
        return connected.isClosed()
                ? new DoppelException(CommonError.IO, "The connection to " + peer + " was closed", failure)
                : pinned.explain(failure, peer.toString());
    }

    /** Without TLS's farewell, for which Java would wait behind a write that the peer does not take. */
    @Override
    public void close() throws IOException {
        connected.close();
    }

    /** Closes it for whoever has no use for the connection any more, nor for what its closing says. */
    public void abandon() {
        try {
            close();
        } catch (IOException e) {
            // It is of no use any more.
        }
    }
}
