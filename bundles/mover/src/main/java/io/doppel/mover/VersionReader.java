package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.VersionDisk;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A version's disk as a source of what is written front to back by somebody who reads ahead with several threads, such as an
 * export into a VHD or an XVA. Where the disk's own random reads go through one reader of records and small caches, each
 * read here has a chunk reader to itself, as in a restore, which fetches neighbours together; the two chunks at a read's
 * borders are decoded for the read beside it as well, so reads of 1 MiB and more are worth while.
 *
 * <p>Memory: up to 6 MiB for each read at once. What is damaged in the vault fails the read with the vault's error.
 */
public final class VersionReader implements DiskReader {
    private static final int MOST_AT_ONCE = 8;

    private final VersionDisk disk;
    private final Queue<VersionDisk.ChunkReader> idle = new ConcurrentLinkedQueue<>();

    /**
     * @param disk closed together with this
     */
    public VersionReader(VersionDisk disk) {
        this.disk = disk;
    }

    @Override
    public long size() {
        return disk.size();
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        Arrays.fill(buffer, from, from + length, (byte) 0);
        long end = offset + length;
        VersionDisk.ChunkReader free = idle.poll();
        VersionDisk.ChunkReader reader = free == null ? disk.chunkReader() : free;
        try {
            reader.readTouching(offset, end, (start, chunk, chunkFrom, chunkLength) -> {
                long first = Math.max(offset, start);
                long last = Math.min(end, start + chunkLength);
                System.arraycopy(chunk, chunkFrom + (int) (first - start), buffer, from + (int) (first - offset), (int)
                        (last - first));
            });
        } finally {
            idle.add(reader);
        }
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) throws DoppelException {
        return disk.allocated(range);
    }

    /** Decoding keeps processors busy, fetching waits. */
    @Override
    public int parallelism() {
        return Math.min(MOST_AT_ONCE, 2 * Runtime.getRuntime().availableProcessors());
    }

    /** Gives back what the reads needed, so that of many disks read one after the other only one takes memory. */
    @Override
    public void verifyUnchanged() {
        release();
    }

    @Override
    public void close() throws DoppelException {
        release();
        disk.close();
    }

    private void release() {
        VersionDisk.ChunkReader reader = idle.poll();
        while (reader != null) {
            reader.close();
            reader = idle.poll();
        }
    }
}
