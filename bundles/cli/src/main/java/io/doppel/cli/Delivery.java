package io.doppel.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;

/**
 * Where JSch puts one of a command's streams as it comes. Its one thread serves both streams, so what a command prints on either
 * keeps its order. Closing it says that nothing more will come and leaves the stream behind it open.
 */
final class Delivery extends FilterOutputStream {
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile IOException failure;

    Delivery(OutputStream out) {
        super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void close() {
        end.countDown();
    }

    /**
     * Waits until nothing more will come.
     *
     * @throws IOException if something came that could not be written
     */
    void await() throws IOException, InterruptedException {
        end.await();
        if (failure != null) {
            throw failure;
        }
    }
}
