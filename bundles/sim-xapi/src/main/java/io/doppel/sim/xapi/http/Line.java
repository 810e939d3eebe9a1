package io.doppel.sim.xapi.http;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** A bad line between client and server: slow, or cut after some bytes. */
final class Line {
    private final long bytesPerSecond;
    private final long cutAfter;
    private final long begin = System.nanoTime();
    private long passed;

    /** The line is cut. */
    static final class Cut extends IOException {
        private static final long serialVersionUID = 1L;

        Cut() {
            super("cut by the script");
        }
    }

    /** Both {@link Long#MAX_VALUE} for a good line. */
    Line(long bytesPerSecond, long cutAfter) {
        this.bytesPerSecond = bytesPerSecond;
        this.cutAfter = cutAfter;
    }

    OutputStream out(OutputStream to) {
        return new FilterOutputStream(to) {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] data, int from, int length) throws IOException {
                int good = (int) Math.min(length, cutAfter - passed);
                out.write(data, from, good);
                pass(good);
                if (good < length) {
                    out.flush();
                    throw new Cut();
                }
            }
        };
    }

    InputStream in(InputStream from) {
        return new FilterInputStream(from) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] data, int at, int most) throws IOException {
                if (passed == cutAfter) {
                    throw new Cut();
                }
                int read = in.read(data, at, (int) Math.min(most, cutAfter - passed));
                pass(Math.max(0, read));
                return read;
            }

            @Override
            public long skip(long most) throws IOException {
                long left = most;
                byte[] sink = new byte[(int) Math.min(most, 64 * 1024)];
                for (int read = 0; left > 0 && read >= 0; left -= Math.max(0, read)) {
                    read = read(sink, 0, (int) Math.min(sink.length, left));
                }
                return most - left;
            }
        };
    }

    private void pass(int bytes) throws IOException {
        passed += bytes;
        if (bytesPerSecond < Long.MAX_VALUE) {
            try {
                TimeUnit.NANOSECONDS.sleep(begin + passed * 1_000_000_000L / bytesPerSecond - System.nanoTime());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a slow line was played");
            }
        }
    }
}
