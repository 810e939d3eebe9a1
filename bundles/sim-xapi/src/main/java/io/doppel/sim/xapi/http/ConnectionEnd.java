package io.doppel.sim.xapi.http;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request's body as the real server reads it, straight from the connection: where the client ends its side is the end, also
 * before the Content-Length, which clients set far too high when they do not know it.
 */
final class ConnectionEnd extends FilterInputStream {
    private boolean ended;

    ConnectionEnd(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] data, int from, int most) throws IOException {
        try {
            return ended ? -1 : in.read(data, from, most);
        } catch (EOFException e) {
            ended = true;
            return -1;
        }
    }

    @Override
    public int available() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        try {
            in.close();
        } catch (EOFException e) {
            ended = true;
        }
    }
}
