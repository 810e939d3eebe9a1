package io.doppel.storage.local.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An open file that several threads read from; closed when its owner and every reader have let go of it. */
final class ReadHandle implements AutoCloseable {
    /** The JDK copies each piece through a buffer of its size that it keeps for the thread. */
    private static final int PIECE = 1 << 20;

    private final Object key;
    private final FileChannel channel;
    private int users = 1;

    /** @param key what tells this file from a later one of the same name */
    ReadHandle(Path file, Object key) throws IOException {
        this.key = key;
        this.channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    void read(long offset, byte[] buffer, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            ByteBuffer piece = ByteBuffer.wrap(buffer, from + done, Math.min(PIECE, length - done));
            int n = channel.read(piece, offset + done);
            if (n < 0) {
                throw new EOFException();
            }
            done += n;
        }
    }

    /** Holds it open for one more user; false if it is closed or is not the file of that key. */
    synchronized boolean retain(Object wanted) {
        if (users == 0 || !channel.isOpen() || !key.equals(wanted)) {
            return false;
        }
        users++;
        return true;
    }

    /** Lets go of it. */
    @Override
    public synchronized void close() throws IOException {
        if (--users == 0) {
            channel.close();
        }
    }
}
