package io.doppel.sim.xapi.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** Whole reads and writes. */
final class Io {
    private Io() {}

    /** Fills {@code data} from {@code offset}; what lies behind {@code size} is zeros. */
    static void read(FileChannel disk, byte[] data, long offset, long size) throws IOException {
        int length = (int) Math.max(0, Math.min(data.length, size - offset));
        ByteBuffer buffer = ByteBuffer.wrap(data, 0, length);
        while (buffer.hasRemaining()) {
            if (disk.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the disk is shorter than " + size + " bytes");
            }
        }
        Arrays.fill(data, length, data.length, (byte) 0);
    }

    /** @throws IOException when the bytes do not fit into a disk of {@code size} bytes */
    static void write(FileChannel disk, byte[] data, int from, int length, long offset, long size) throws IOException {
        if (offset < 0 || length > size - offset) {
            throw new IOException(length + " bytes at " + offset + " do not fit into a disk of " + size + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(data, from, length);
        while (buffer.hasRemaining()) {
            disk.write(buffer, offset + buffer.position() - from);
        }
    }

    static void readFully(InputStream in, byte[] data, int length) throws IOException {
        if (in.readNBytes(data, 0, length) < length) {
            throw new EOFException("the stream ended early");
        }
    }

    static ByteBuffer read(InputStream in, int length) throws IOException {
        byte[] data = new byte[length];
        readFully(in, data, length);
        return ByteBuffer.wrap(data);
    }

    static void skip(InputStream in, long length) throws IOException {
        in.skipNBytes(length);
    }

    static boolean zeros(byte[] data, int length) {
        for (int i = 0; i < length; i++) {
            if (data[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
