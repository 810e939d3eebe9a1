package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A file as it will be once its log is applied: zeroed ranges and replaced pages of 4 KiB over the file. */
final class PatchedSource implements ByteSource {
    static final int PAGE = 4096;

    /**
     * What stands at a place instead of the file's bytes.
     *
     * @param length bytes, a multiple of 4 KiB
     * @param logPosition where the page is in the file's log; -1 for zeros
     * @param leading the page's first 8 bytes, which the log keeps elsewhere
     * @param trailing the page's last 4 bytes
     */
    record Patch(long length, long logPosition, long leading, int trailing) {
        static Patch zeros(long length) {
            return new Patch(length, -1, 0, 0);
        }
    }

    private final ByteSource base;
    private final TreeMap<Long, Patch> patches = new TreeMap<>();
    private long size;

    PatchedSource(ByteSource base) {
        this.base = base;
        this.size = base.size();
    }

    /** Puts a patch over what was there. Positions are multiples of 4 KiB. */
    void put(long position, Patch patch) {
        long end = position + patch.length();
        Map.Entry<Long, Patch> before = patches.lowerEntry(position);
        if (before != null && before.getKey() + before.getValue().length() > position) {
            long oldEnd = before.getKey() + before.getValue().length();
            patches.put(before.getKey(), Patch.zeros(position - before.getKey()));
            if (oldEnd > end) {
                patches.put(end, Patch.zeros(oldEnd - end));
            }
        }
        Map.Entry<Long, Patch> last = patches.lowerEntry(end);
        if (last != null
                && last.getKey() >= position
                && last.getKey() + last.getValue().length() > end) {
            patches.put(end, Patch.zeros(last.getKey() + last.getValue().length() - end));
        }
        patches.subMap(position, end).clear();
        patches.put(position, patch);
        size = Math.max(size, end);
    }

    int count() {
        return patches.size();
    }

    /** Makes the file at least that long. */
    void extend(long least) {
        size = Math.max(size, least);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public void read(long position, byte[] buffer, int from, int length) throws DoppelException {
        long end = position + length;
        if (position < 0 || end > size) {
            // The file reports how it is too short.
            base.read(position, buffer, from, length);
            return;
        }
        int inFile = (int) Math.max(0, Math.min(length, base.size() - position));
        if (inFile > 0) {
            base.read(position, buffer, from, inFile);
        }
        Arrays.fill(buffer, from + inFile, from + length, (byte) 0);
        Long first = patches.floorKey(position);
        for (Map.Entry<Long, Patch> entry :
                patches.subMap(first == null ? position : first, end).entrySet()) {
            long start = Math.max(position, entry.getKey());
            long stop = Math.min(end, entry.getKey() + entry.getValue().length());
            if (start < stop) {
                int to = from + (int) (start - position);
                apply(entry.getValue(), start - entry.getKey(), buffer, to, (int) (stop - start));
            }
        }
    }

    private void apply(Patch patch, long inPatch, byte[] buffer, int to, int length) throws DoppelException {
        if (patch.logPosition() < 0) {
            Arrays.fill(buffer, to, to + length, (byte) 0);
            return;
        }
        var page = VhdxStructures.buffer(base, patch.logPosition(), PAGE);
        page.putLong(0, patch.leading());
        page.putInt(PAGE - 4, patch.trailing());
        System.arraycopy(page.array(), (int) inPatch, buffer, to, length);
    }

    @Override
    public List<ByteRange> data(ByteRange range) throws DoppelException {
        Map.Entry<Long, Patch> last = patches.lowerEntry(range.end());
        boolean patched = last != null && last.getKey() + last.getValue().length() > range.offset();
        return patched ? List.of(range) : base.data(range);
    }
}
