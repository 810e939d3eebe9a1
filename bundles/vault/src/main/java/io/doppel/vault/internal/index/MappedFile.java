package io.doppel.vault.internal.index;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.Checksum;

/**
 * The first bytes of a file, mapped in pieces of 1 GiB, for reading. No number in it lies over the end of a multiple of its own length. Stays mapped until nobody has it any more, also when its name is gone. Safe for several threads.
 */
final class MappedFile {
    private static final int PIECE_BITS = 30;
    private static final long PIECE = 1L << PIECE_BITS;

    private final MappedByteBuffer[] pieces;

    private MappedFile(MappedByteBuffer[] pieces) {
        this.pieces = pieces;
    }

    /** Maps a file's first bytes. */
    static MappedFile open(Path path, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            MappedByteBuffer[] pieces = new MappedByteBuffer[(int) ((size + PIECE - 1) / PIECE)];
            for (int i = 0; i < pieces.length; i++) {
                long at = i * PIECE;
                pieces[i] = file.getChannel().map(FileChannel.MapMode.READ_ONLY, at, Math.min(PIECE, size - at));
            }
            return new MappedFile(pieces);
        }
    }

    int getInt(long at) {
        return pieces[(int) (at >>> PIECE_BITS)].getInt((int) (at & PIECE - 1));
    }

    long getLong(long at) {
        return pieces[(int) (at >>> PIECE_BITS)].getLong((int) (at & PIECE - 1));
    }

    /** Updates a checksum with a range. */
    void update(Checksum sum, long from, long to) {
        for (long at = from; at < to; ) {
            long end = Math.min(to, (at | PIECE - 1) + 1);
            ByteBuffer part = pieces[(int) (at >>> PIECE_BITS)].duplicate();
            part.position((int) (at & PIECE - 1)).limit((int) (end - 1 & PIECE - 1) + 1);
            sum.update(part);
            at = end;
        }
    }
}
