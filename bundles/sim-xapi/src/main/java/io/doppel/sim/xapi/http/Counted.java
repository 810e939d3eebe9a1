package io.doppel.sim.xapi.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body that tells how much of it has come. */
final class Counted extends FilterInputStream {
    private static final long STEP = 256 * 1024;

    private final long length;
    private final Progress progress;
    private long count;
    private long told;

    /** @param length bytes expected */
    Counted(InputStream in, long length, Progress progress) {
        super(in);
        this.length = length;
        this.progress = progress;
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        tell(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] data, int from, int most) throws IOException {
        int read = in.read(data, from, most);
        tell(read);
        return read;
    }

    @Override
    public long skip(long most) throws IOException {
        long skipped = in.skip(most);
        tell(skipped);
        return skipped;
    }

    private void tell(long read) throws IOException {
        count += Math.max(0, read);
        if (count - told >= STEP) {
            told = count;
            progress.at(Math.min(1, (double) count / Math.max(1, length)));
        }
    }
}
