package io.doppel.transport.nbd.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of a connection, plain or in TLS. One thread may read while another writes; {@link #close()} may come from a
 * third and never waits. A deadline that passes is a {@link java.net.SocketTimeoutException}, an end of the stream an
 * {@link java.io.EOFException}; after either the wire is of no use.
 */
interface Wire extends Closeable {
    /** Fills {@code to[from, from+length)}. */
    void read(byte[] to, int from, int length, long deadline) throws IOException;

    /** Writes all of the buffers. */
    void write(long deadline, ByteBuffer... buffers) throws IOException;

    @Override
    void close();
}
