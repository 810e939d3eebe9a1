package io.doppel.vault.format;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.chunk.Layout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** A disk in memory of which only the pages that were written are held. */
final class SparseDisk implements DiskReader {
    private final long size;
    private final TreeMap<Long, byte[]> pages = new TreeMap<>();

    SparseDisk(long size) {
        this.size = size;
    }

    /** A disk of the same size and content. */
    SparseDisk copy() {
        SparseDisk copy = new SparseDisk(size);
        copy.pages.putAll(pages);
        return copy;
    }

    /** Writes pages that all differ and compress well. */
    SparseDisk text(long page, int count, String text) {
        for (long p = page; p < page + count; p++) {
            byte[] line = (text + " " + p + "\n").getBytes(StandardCharsets.UTF_8);
            byte[] bytes = new byte[Layout.PAGE];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = line[at % line.length];
            }
            pages.put(p, bytes);
        }
        return this;
    }

    /** Writes the same page again and again. */
    SparseDisk same(long page, int count, int value) {
        byte[] bytes = new byte[Layout.PAGE];
        Arrays.fill(bytes, (byte) value);
        for (long p = page; p < page + count; p++) {
            pages.put(p, bytes);
        }
        return this;
    }

    /** Writes pages that do not compress. */
    SparseDisk random(long page, int count, Random random) {
        for (long p = page; p < page + count; p++) {
            byte[] bytes = new byte[Layout.PAGE];
            random.nextBytes(bytes);
            pages.put(p, bytes);
        }
        return this;
    }

    /** Writes bytes that do not compress. */
    SparseDisk random(ByteRange range, Random random) {
        for (long at = range.offset(); at < range.end(); at++) {
            byte[] page =
                    pages.getOrDefault(at / Layout.PAGE, new byte[Layout.PAGE]).clone(); // other disks may share it
            page[(int) (at % Layout.PAGE)] = (byte) random.nextInt();
            pages.put(at / Layout.PAGE, page);
        }
        return this;
    }

    /** Writes zeros. */
    SparseDisk zero(long page, int count) {
        pages.subMap(page, page + count).clear();
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) {
        Arrays.fill(buffer, from, from + length, (byte) 0);
        long end = offset + length;
        pages.subMap(offset / Layout.PAGE, Layout.pageCeil(end) / Layout.PAGE).forEach((page, bytes) -> {
            long start = page * Layout.PAGE;
            int first = (int) Math.max(offset - start, 0);
            int last = (int) Math.min(end - start, Layout.PAGE);
            System.arraycopy(bytes, first, buffer, from + (int) (start + first - offset), last - first);
        });
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        List<ByteRange> all = new ArrayList<>();
        for (long page : pages.subMap(range.offset() / Layout.PAGE, Layout.pageCeil(range.end()) / Layout.PAGE)
                .keySet()) {
            long start = Math.max(page * Layout.PAGE, range.offset());
            long end = Math.min((page + 1) * Layout.PAGE, range.end());
            ByteRange last = all.isEmpty() ? null : all.get(all.size() - 1);
            if (last != null && last.end() == start) {
                all.set(all.size() - 1, new ByteRange(last.offset(), end - last.offset()));
            } else {
                all.add(new ByteRange(start, end - start));
            }
        }
        return all;
    }

    @Override
    public void close() {}
}
