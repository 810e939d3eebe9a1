package io.doppel.mover;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.chunk.Ranges;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** A disk of noise and zeros, of which a number for each page is kept. Counts what is read. */
final class PagedDisk implements DiskReader {
    static final int PAGE = 4096;

    /** For each page what its noise is made from; 0 for zeros. */
    private final long[] pages;

    private final AtomicLong bytesRead = new AtomicLong();

    PagedDisk(long size) {
        this(new long[(int) (size / PAGE)]);
    }

    private PagedDisk(long[] pages) {
        this.pages = pages;
    }

    /** The same content, nothing of it read. */
    PagedDisk copy() {
        return new PagedDisk(pages.clone());
    }

    /** Puts noise in place of pages; {@code seed} decides about the first, seed + 1 about the next. */
    ByteRange noise(int firstPage, int count, long seed) {
        for (int i = 0; i < count; i++) {
            pages[firstPage + i] = seed + i;
        }
        return new ByteRange((long) firstPage * PAGE, (long) count * PAGE);
    }

    /** Takes pages of another disk. */
    void take(PagedDisk other, int firstPage, int count) {
        System.arraycopy(other.pages, firstPage, pages, firstPage, count);
    }

    boolean isZero(int page) {
        return pages[page] == 0;
    }

    long bytesRead() {
        return bytesRead.get();
    }

    @Override
    public long size() {
        return (long) pages.length * PAGE;
    }

    /** Whole pages only. */
    @Override
    public void read(long offset, byte[] buffer, int from, int length) {
        bytesRead.addAndGet(length);
        content(offset, buffer, from, length);
    }

    /** The content, without counting. */
    void content(long offset, byte[] buffer, int from, int length) {
        ByteBuffer out = ByteBuffer.wrap(buffer);
        for (int done = 0; done < length; done += PAGE) {
            long seed = pages[(int) ((offset + done) / PAGE)];
            int at = from + done;
            if (seed == 0) {
                Arrays.fill(buffer, at, at + PAGE, (byte) 0);
                continue;
            }
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < PAGE; i += Long.BYTES) {
                out.putLong(at + i, random.nextLong());
            }
        }
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        List<ByteRange> all = new ArrayList<>();
        for (long at = range.offset(); at < range.end(); at += PAGE) {
            if (pages[(int) (at / PAGE)] != 0) {
                Ranges.append(all, at, at + PAGE);
            }
        }
        return all;
    }

    @Override
    public int parallelism() {
        return 2;
    }

    @Override
    public void close() {}
}
