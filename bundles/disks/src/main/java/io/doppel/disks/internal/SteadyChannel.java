package io.doppel.disks.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * A file channel that survives the interruption of a thread that uses it. Java closes a channel when one of its users is
 * interrupted; that must not end the reads of the others, so the channel is opened again and the call repeated.
 */
final class SteadyChannel implements Closeable {
    /** A call that can be repeated as it is. */
    interface Call<T> {
        T on(FileChannel channel) throws IOException;
    }

    private final Path path;
    private final Set<OpenOption> options;
    private volatile FileChannel channel;
    private boolean closed;

    SteadyChannel(Path path, Set<OpenOption> options) throws IOException {
        this.path = path;
        this.options = options;
        this.channel = FileChannel.open(path, options);
    }

    <T> T call(Call<T> call) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel current = channel;
                try {
                    return call.on(current);
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted();
                    reopen(current, e);
                } catch (ClosedChannelException e) {
                    reopen(current, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel broken, ClosedChannelException cause) throws IOException {
        if (closed) {
            throw cause;
        }
        if (channel == broken) {
            channel = FileChannel.open(path, options);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
