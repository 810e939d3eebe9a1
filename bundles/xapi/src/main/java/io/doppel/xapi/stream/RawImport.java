package io.doppel.xapi.stream;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Parts of a disk on their way to a pool, as frames: offset (64 bit) and length (32 bit), little-endian, then the data; a
 * frame of zeros ends them. What no frame covers is not touched. Safe for several threads; their frames do not mix.
 */
public final class RawImport implements AutoCloseable {
    /** Offsets and lengths are multiples of this. */
    public static final int SECTOR = 512;

    private static final int HEADER = 12;

    private final XapiUpload upload;
    private final OutputStream out;

    RawImport(XapiUpload upload) {
        this.upload = upload;
        this.out = upload.content();
    }

    /**
     * Sends a part; hosts write with at most 2 MiB at once, so larger parts gain nothing.
     *
     * @param offset multiple of {@link #SECTOR}
     * @param length multiple of {@link #SECTOR}; nothing is sent if 0
     * @throws DoppelException coded, with what the pool says of it; the import is lost then
     */
    public synchronized void write(long offset, byte[] buffer, int from, int length) throws DoppelException {
        if (offset < 0 || offset % SECTOR != 0 || length < 0 || length % SECTOR != 0) {
            throw new IllegalArgumentException("no whole sectors: " + offset + "+" + length);
        }
        if (length > 0) {
            try {
                out.write(header(offset, length));
                out.write(buffer, from, length);
            } catch (IOException e) {
                throw upload.explain(e);
            }
        }
    }

    /** Ends the frames and returns when the pool says that they are on stable storage. */
    public synchronized void complete() throws DoppelException {
        try {
            out.write(header(0, 0));
        } catch (IOException e) {
            throw upload.explain(e);
        }
        upload.complete();
    }

    private static byte[] header(long offset, int length) {
        return ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(offset)
                .putInt(length)
                .array();
    }

    /** Ends the stream; its task is cancelled unless it was complete. A second close does nothing. */
    @Override
    public void close() {
        upload.close();
    }
}
