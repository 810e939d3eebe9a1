package io.doppel.mover;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** A large disk of pages that nothing can compress, made as they are read. */
final class NoiseDisk implements DiskReader {
    private static final int PAGE = 4096;

    private final long size;
    private final LongConsumer onRead;
    private final AtomicLong bytesRead = new AtomicLong();

    /**
     * A disk.
     *
     * @param size a multiple of 4096
     * @param onRead told how many bytes were read in all
     */
    NoiseDisk(long size, LongConsumer onRead) {
        this.size = size;
        this.onRead = onRead;
    }

    @Override
    public long size() {
        return size;
    }

    /** Whole pages only. */
    @Override
    public void read(long offset, byte[] buffer, int from, int length) {
        ByteBuffer out = ByteBuffer.wrap(buffer, from, length);
        for (long page = offset / PAGE; out.hasRemaining(); page++) {
            SplittableRandom random = new SplittableRandom(page);
            for (int i = 0; i < PAGE; i += Long.BYTES) {
                out.putLong(random.nextLong());
            }
        }
        onRead.accept(bytesRead.addAndGet(length));
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        return List.of(range);
    }

    @Override
    public int parallelism() {
        return 2;
    }

    @Override
    public void close() {}
}
