package io.doppel.xapi.stream;

import io.doppel.api.error.DoppelException;
import io.doppel.xapi.XapiWire;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/**
 * A stream from a pool. Read {@link #content()} to the end of what its format says, then {@link #complete()}; only then is
 * it known to be good. Used by one thread at a time, but {@link #close()} may come from any and ends a read that waits.
 */
public final class XapiDownload implements AutoCloseable {
    /** More than any tool pads an archive with. */
    private static final int PADDING = 1 << 20;

    private final XapiWire wire;
    private final StreamTask task;
    private final StreamSettings settings;
    private final String what;
    private final InputStream content;
    private volatile boolean closed;

    XapiDownload(StreamRequest.Opened opened, StreamTask task, StreamSettings settings, String what)
            throws IOException {
        this.wire = opened.wire();
        this.task = task;
        this.settings = settings;
        this.what = what;
        this.content = new EmbeddedFailure(wire.body(opened.head()));
    }

    /**
     * The bytes. A failure to read is an IOException, which {@link #explain} makes a coded one. The end of the connection
     * shows as the end of the stream, so the format must say where it ends.
     */
    public InputStream content() {
        return content;
    }

    /**
     * Waits until the pool says that all was sent well.
     *
     * @throws DoppelException if it was not, or if the pool does not say; what was read is worth nothing then
     */
    public void complete() throws DoppelException {
        // What pads the stream behind the end of its format must be taken, or the host does not end the task.
        try {
            if (content.readNBytes(PADDING).length == PADDING) {
                throw explain(new DoppelException(
                        StreamError.BAD_STREAM,
                        "The " + what + " from " + wire.peer() + " does not end where it should"));
            }
        } catch (EmbeddedFailure.Found | SocketTimeoutException e) {
            throw explain(e);
        } catch (IOException e) {
            // Hosts end TLS without a farewell. Everything that was wanted is here, and the task says whether it is
            // good.
        }
        task.settle(settings.settling());
    }

    /** The coded form of a failure to read or to understand {@link #content()}, with what the pool says of it. */
    public DoppelException explain(IOException failure) {
        return explain(coded(failure));
    }

    /** A failure to understand the stream, with what the pool says of it. */
    public DoppelException explain(DoppelException failure) {
        wire.abandon();
        if (closed) {
            return failure;
        }
        DoppelException told = task.explain(failure);
        task.abandon();
        return told;
    }

    private DoppelException coded(IOException failure) {
        if (failure instanceof EmbeddedFailure.Found found) {
            return new DoppelException(
                    StreamError.FAILED_INSIDE, "The " + what + " failed on " + wire.peer() + ": " + found.getMessage());
        }
        if (failure instanceof SocketTimeoutException) {
            return new DoppelException(
                    StreamError.STALLED,
                    "The " + what + " from " + wire.peer() + " brought nothing for "
                            + settings.silence().toSeconds() + " s",
                    failure);
        }
        return new DoppelException(
                StreamError.BROKEN,
                "The " + what + " from " + wire.peer() + " broke: " + failure.getMessage(),
                failure);
    }

    /** Ends the stream; its task is cancelled unless it was complete. A second close does nothing. */
    @Override
    public void close() {
        closed = true;
        wire.abandon();
        task.abandon();
    }
}
