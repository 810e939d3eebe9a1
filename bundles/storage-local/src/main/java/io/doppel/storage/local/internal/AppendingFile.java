package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A new file on the real file system, written from start to end. */
final class AppendingFile implements FileOps.NewFile {
    /** The JDK copies each piece through a buffer of its size that it keeps for the thread. */
    private static final int PIECE = 1 << 20;

    private final Path file;
    private FileChannel channel;
    private long position;
    private boolean closed;

    AppendingFile(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(
                file,
                Set.<OpenOption>of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS),
                Private.FILE);
    }

    @Override
    public void write(byte[] buffer, int from, int length) throws IOException {
        for (int done = 0; done < length; done += PIECE) {
            writePiece(ByteBuffer.wrap(buffer, from + done, Math.min(PIECE, length - done)));
        }
    }

    private void writePiece(ByteBuffer piece) throws IOException {
        int start = piece.position();
        Uninterrupted.run(() -> {
            // An interrupted write may have written some: the whole piece is written again, at the same place.
            piece.position(start);
            while (piece.hasRemaining()) {
                channel().write(piece, position + piece.position() - start);
            }
        });
        position += piece.limit() - start;
    }

    @Override
    public void sync() throws IOException {
        Uninterrupted.run(() -> channel().force(true));
    }

    /** The channel, opened again if an interrupt closed it. */
    private FileChannel channel() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        if (!channel.isOpen()) {
            channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        }
        return channel;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        channel.close();
    }
}
