package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.StreamWatch;
import java.io.IOException;
import java.io.OutputStream;

/** A stream being written, which counts. */
final class StreamEnd {
    private final OutputStream out;
    private final StreamWatch watch;
    private long position;

    StreamEnd(OutputStream out, StreamWatch watch) {
        this.out = out;
        this.watch = watch;
    }

    void write(byte[] bytes) throws DoppelException, IOException {
        write(bytes, 0, bytes.length);
    }

    void write(byte[] buffer, int from, int length) throws DoppelException, IOException {
        watch.cancel().check();
        out.write(buffer, from, length);
        position += length;
        watch.progress().accept(position);
    }

    void flush() throws IOException {
        out.flush();
    }
}
