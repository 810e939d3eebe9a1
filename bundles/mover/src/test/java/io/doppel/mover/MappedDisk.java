package io.doppel.mover;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.chunk.Layout;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A disk without a hole, of any size, whose segments repeat a few contents by turns, with places that are changed over. Its tree has
 * an entry for every chunk, like that of a disk whose segments all differ.
 */
final class MappedDisk implements DiskReader {
    /** Different contents of segments. */
    static final int KINDS = 2;

    private final long size;
    private final byte[][] kinds;
    private final NavigableMap<Long, Integer> changes = new TreeMap<>();
    private final AtomicLong bytesRead = new AtomicLong();

    MappedDisk(long size) {
        this.size = size;
        this.kinds = new byte[KINDS][(int) Layout.SEGMENT];
        Random random = new Random(11);
        for (byte[] kind : kinds) {
            random.nextBytes(kind);
        }
    }

    /** The same disk without changes; holds what the other one holds. */
    MappedDisk(MappedDisk other) {
        this.size = other.size;
        this.kinds = other.kinds;
    }

    /** Changes a place to noise; it must not touch another one. */
    void change(long offset, int length) {
        changes.put(offset, length);
    }

    /** Takes all changes back. */
    void unchange() {
        changes.clear();
    }

    private static byte[] noise(long seed, int length) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        return content;
    }

    /** The changed places, ascending. */
    List<ByteRange> changes() {
        return changes.entrySet().stream()
                .map(e -> new ByteRange(e.getKey(), e.getValue()))
                .toList();
    }

    long bytesRead() {
        return bytesRead.get();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) {
        bytesRead.addAndGet(length);
        for (int done = 0; done < length; ) {
            long at = offset + done;
            int inSegment = (int) (at % Layout.SEGMENT);
            int n = (int) Math.min(length - done, Layout.SEGMENT - inSegment);
            System.arraycopy(kinds[(int) (at / Layout.SEGMENT % KINDS)], inSegment, buffer, from + done, n);
            done += n;
        }
        Long first = changes.floorKey(offset);
        changes.subMap(first == null ? offset : first, offset + length).forEach((at, changed) -> {
            long start = Math.max(at, offset);
            long end = Math.min(at + changed, offset + length);
            if (start < end) {
                System.arraycopy(noise(at, changed), (int) (start - at), buffer, from + (int) (start - offset), (int)
                        (end - start));
            }
        });
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        return List.of(range);
    }

    @Override
    public void close() {}
}
