package io.doppel.xapi.stream;

import io.doppel.api.error.DoppelException;
import io.doppel.xapi.XapiWire;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;

/**
 * A stream to a pool. Write {@link #content()}, then {@link #complete()}; only then is it known to be taken. Used by one
 * thread at a time, but {@link #interrupt()} and {@link #close()} may come from any and end a write that waits.
 */
public final class XapiUpload implements AutoCloseable {
    private final XapiWire wire;
    private final StreamTask task;
    private final StreamSettings settings;
    private final String what;
    private final boolean endless;
    private final WriteWatch watch;
    private volatile boolean closed;

    /** @param endless whether the end of the connection's outgoing side is the end of the body */
    XapiUpload(StreamRequest.Opened opened, StreamTask task, StreamSettings settings, String what, boolean endless) {
        this.wire = opened.wire();
        this.task = task;
        this.settings = settings;
        this.what = what;
        this.endless = endless;
        this.watch = new WriteWatch(wire, settings.silence());
    }

    /** Where the bytes go. A failure to write is an IOException, which {@link #explain} makes a coded one. */
    public OutputStream content() {
        return watch;
    }

    /**
     * Ends the body and waits until the pool says that all was taken and is on stable storage.
     *
     * @return texts of the task's result, such as references of what was made
     * @throws DoppelException if it failed, or if the pool does not say
     */
    public List<String> complete() throws DoppelException {
        try {
            watch.flush();
            if (endless) {
                wire.endOutput();
            }
        } catch (IOException e) {
            throw explain(e);
        }
        return task.settle(settings.settling());
    }

    /** The coded form of a failure to write {@link #content()}, with what the pool says of it. */
    public DoppelException explain(IOException failure) {
        boolean stalled = watch.stalled();
        DoppelException ours = stalled
                ? new DoppelException(
                        StreamError.STALLED,
                        "The " + what + ": " + wire.peer() + " took nothing for "
                                + settings.silence().toSeconds() + " s",
                        failure)
                : new DoppelException(
                        StreamError.BROKEN,
                        "The " + what + " to " + wire.peer() + " broke: " + failure.getMessage(),
                        failure);
        watch.close();
        return closed ? ours : task.explain(ours);
    }

    /** Ends the stream's connection and cancels its task unless it was complete, and waits for nothing. */
    public void interrupt() {
        closed = true;
        watch.close();
        task.cancel();
    }

    /**
     * Ends a stream that is not complete, and waits until the pool has stopped working on it and thus taken back what it
     * made of it.
     *
     * @param patience how long to wait
     * @return whether the pool has stopped
     */
    public boolean undo(Duration patience) throws DoppelException {
        closed = true;
        watch.close();
        return task.stop(patience);
    }

    /** Ends the stream; its task is cancelled and forgotten unless it was complete. A second close does nothing. */
    @Override
    public void close() {
        closed = true;
        watch.close();
        task.abandon();
    }
}
