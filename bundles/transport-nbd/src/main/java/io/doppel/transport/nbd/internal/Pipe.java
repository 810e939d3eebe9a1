package io.doppel.transport.nbd.internal;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection on which every wait has a deadline, in both directions. One thread may read while another writes;
 * {@link #close()} may come from a third, never waits, and ends what waits.
 */
final class Pipe implements Closeable {
    private final SocketChannel channel;
    private final Optional<SocketOption<Boolean>> promptAcks;
    private final Selector readable;
    private final Selector writable;

    private Pipe(SocketChannel channel, Selector readable, Selector writable) {
        this.channel = channel;
        this.promptAcks = promptAcks(channel);
        this.readable = readable;
        this.writable = writable;
    }

    /** Linux has this option, and the name of its constant is not on every class path. */
    @SuppressWarnings("unchecked")
    private static Optional<SocketOption<Boolean>> promptAcks(SocketChannel channel) {
        return channel.supportedOptions().stream()
                .filter(option -> option.name().equals("TCP_QUICKACK"))
                .map(option -> (SocketOption<Boolean>) option)
                .findFirst();
    }

    /** Makes one that is not connected yet. */
    static Pipe make() throws IOException {
        SocketChannel channel = SocketChannel.open();
        Selector readable = null;
        Selector writable = null;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            readable = Selector.open();
            writable = Selector.open();
            return new Pipe(channel, readable, writable);
        } catch (IOException | RuntimeException e) {
            new Pipe(channel, readable, writable).close();
            throw e;
        }
    }

    /** Connects; once. */
    void connect(String host, int port, long deadline) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException(host);
        }
        try {
            SelectionKey connecting = channel.register(writable, SelectionKey.OP_CONNECT);
            if (!channel.connect(address)) {
                while (!channel.finishConnect()) {
                    await(writable, deadline);
                }
            }
            connecting.interestOps(SelectionKey.OP_WRITE);
            channel.register(readable, SelectionKey.OP_READ);
        } catch (CancelledKeyException | ClosedSelectorException e) {
            throw closedMeanwhile(e);
        }
    }

    /** Reads at least one byte. */
    void read(ByteBuffer to, long deadline) throws IOException {
        int count = channel.read(to);
        while (count == 0) {
            if (promptAcks.isPresent()) {
                // Holds for the next packets only. A server that sends a reply in small pieces, as qemu-nbd does over
                // TLS,
                // otherwise waits up to 40 ms for our acknowledgement before it sends the last.
                channel.setOption(promptAcks.get(), true);
            }
            await(readable, deadline);
            count = channel.read(to);
        }
        if (count < 0) {
            throw new EOFException("The peer closed the connection");
        }
    }

    /** Writes everything. */
    void write(long deadline, ByteBuffer... from) throws IOException {
        ByteBuffer last = from[from.length - 1];
        while (channel.write(from) >= 0 && last.hasRemaining()) {
            await(writable, deadline);
        }
    }

    /** Waits; interruptions are kept for later, because half a message cannot be left behind. */
    private void await(Selector selector, long deadline) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("No answer in time");
            }
            selector.select(left);
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException e) {
            throw closedMeanwhile(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException closedMeanwhile(RuntimeException e) {
        IOException closed = new AsynchronousCloseException();
        closed.initCause(e);
        return closed;
    }

    @Override
    public void close() {
        for (Closeable part : new Closeable[] {channel, readable, writable}) {
            if (part != null) {
                try {
                    part.close();
                } catch (IOException e) {
                    // The connection is given up; the system frees it all the same.
                }
            }
        }
    }
}
