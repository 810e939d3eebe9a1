package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import io.doppel.spi.hypervisor.MachineStreams;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.RateLimit;
import java.io.IOException;
import java.io.InputStream;

/**
 * A machine under way from one host to another. The receiver gets to its end only if the sender says that all of it was
 * right; otherwise reading fails, so that no machine is made of what is worth nothing. Used by one thread at a time.
 */
final class MachineCopy extends InputStream {
    private final MachineStreams.Outgoing outgoing;
    private final InputStream content;
    private final CancelToken cancel;
    private final RateLimit limit;
    private final TaskScope task;
    private long done;
    private boolean complete;
    private DoppelException failure;

    MachineCopy(MachineStreams.Outgoing outgoing, CancelToken cancel, RateLimit limit, TaskScope task) {
        this.outgoing = outgoing;
        this.content = outgoing.content();
        this.cancel = cancel;
        this.limit = limit;
        this.task = task;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        try {
            cancel.check();
            if (complete) {
                return -1;
            }
            int n = content.read(buffer, from, length);
            if (n < 0) {
                outgoing.complete();
                complete = true;
                return -1;
            }
            limit.take(n, cancel::check);
            done += n;
            task.progress(new Progress(Math.max(done, outgoing.expectedBytes()), done, done, 0, 0));
            return n;
        } catch (DoppelException e) {
            failure = e;
            throw new IOException(e.what(), e);
        } catch (IOException e) {
            failure = new DoppelException(CommonError.IO, "The stream of the machine broke off: " + e.getMessage(), e);
            throw e;
        }
    }

    /** Whether the receiver came to the end, and all of it was right. */
    boolean isComplete() {
        return complete;
    }

    /** What went wrong with the stream, which is the cause of what the receiver says; otherwise that itself. */
    DoppelException failureOr(Exception received) {
        if (failure != null) {
            return failure;
        }
        return received instanceof DoppelException coded
                ? coded
                : new DoppelException(CommonError.IO, "The receiving host failed: " + received.getMessage(), received);
    }

    /** How many bytes came. */
    long bytes() {
        return done;
    }
}
