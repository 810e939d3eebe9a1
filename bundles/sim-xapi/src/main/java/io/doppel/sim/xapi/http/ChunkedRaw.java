package io.doppel.sim.xapi.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The framing of {@code import_raw_vdi?chunked}: each chunk is its offset on the disk (8 bytes, little-endian), its length
 * (4 bytes) and its bytes; a head of zeros ends the stream.
 */
final class ChunkedRaw {
    private static final int HEAD = 12;

    private ChunkedRaw() {}

    static void copy(InputStream in, FileChannel disk, long size) throws IOException {
        byte[] buffer = new byte[Vhd.BLOCK];
        while (true) {
            ByteBuffer head = Io.read(in, HEAD).order(ByteOrder.LITTLE_ENDIAN);
            long offset = head.getLong();
            long left = Integer.toUnsignedLong(head.getInt());
            if (offset == 0 && left == 0) {
                return;
            }
            while (left > 0) {
                int length = (int) Math.min(buffer.length, left);
                Io.readFully(in, buffer, length);
                Io.write(disk, buffer, 0, length, offset, size);
                offset += length;
                left -= length;
            }
        }
    }
}
