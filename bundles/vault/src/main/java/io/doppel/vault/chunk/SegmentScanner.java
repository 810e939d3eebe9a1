package io.doppel.vault.chunk;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Cuts a segment, or the rest of one from an entry's start on, into entries (docs/vault-format.md §4). One instance serves one
 * thread and keeps a buffer of 1 MiB.
 */
public final class SegmentScanner {
    private static final byte[] ZERO_PAGE = new byte[Layout.PAGE];
    private static final int BUFFER = 4 * Layout.MAX_CHUNK;

    private final CutRule rule;
    private final byte[] buffer = new byte[BUFFER];
    private final CRC32C crc = new CRC32C();

    private EntrySink sink;
    private long end;
    private boolean inChunk;
    /** Start of the entry that is under way. */
    private long entryOffset;
    /** Where the chunk under way starts in the buffer. */
    private int chunkAt;

    private int chunkPages;
    /** Zero pages behind the chunk under way that do not belong to it yet; they are in the buffer. */
    private int zeroPages;

    private boolean stopped;
    private long bytesRead;

    /** A scanner for a vault's rule. */
    public SegmentScanner(CutRule rule) {
        this.rule = rule;
    }

    /** Bytes read from sources so far. */
    public long bytesRead() {
        return bytesRead;
    }

    /**
     * Scans from the start of an entry.
     *
     * @param start start of a segment or of an entry in it
     * @param limit end of the segment or of the disk
     * @param data what may be non-zero between start and limit, ascending, disjoint; the rest is not read
     * @param piece bytes to read at once, a multiple of a page, at most 256 KiB
     */
    public void scan(DiskReader source, long start, long limit, List<ByteRange> data, int piece, EntrySink to)
            throws DoppelException {
        sink = to;
        end = limit;
        inChunk = false;
        entryOffset = start;
        zeroPages = 0;
        stopped = false;
        long pos = start;
        int fill = 0;
        for (ByteRange range : data) {
            long from = Math.max(pos, Layout.pageFloor(Math.max(start, range.offset())));
            long to1 = Math.min(limit, Layout.pageCeil(range.end()));
            if (to1 <= from) {
                continue;
            }
            fill = gap(pos, from, fill);
            pos = from;
            while (pos < to1 && !stopped) {
                int n = (int) Math.min(piece, to1 - pos);
                fill = makeRoom(fill, n);
                source.read(pos, buffer, fill, n);
                bytesRead += n;
                for (int done = 0; done < n && !stopped; done += Layout.PAGE) {
                    page(pos + done, fill + done, Math.min(Layout.PAGE, n - done));
                }
                fill += n;
                pos += n;
            }
            if (stopped) {
                return;
            }
        }
        fill = gap(pos, limit, fill);
        if (!stopped) {
            finish();
        }
    }

    /** Known zeros between two positions. */
    private int gap(long from, long to, int fill) throws DoppelException {
        if (!inChunk || from == to || stopped) {
            return fill;
        }
        long pages = (to - from + Layout.PAGE - 1) / Layout.PAGE;
        if (zeroPages + pages >= Layout.ZERO_RUN) {
            long chunkEnd = from - (long) zeroPages * Layout.PAGE;
            emitChunk(chunkEnd);
            return 0;
        }
        int bytes = (int) (to - from);
        int at = makeRoom(fill, bytes);
        Arrays.fill(buffer, at, at + bytes, (byte) 0);
        zeroPages += (int) pages;
        return at + bytes;
    }

    /** Moves what is still needed to the front if the buffer has too little room behind it. */
    private int makeRoom(int fill, int bytes) {
        if (!inChunk) {
            return 0;
        }
        if (fill + bytes <= BUFFER) {
            return fill;
        }
        System.arraycopy(buffer, chunkAt, buffer, 0, fill - chunkAt);
        int moved = fill - chunkAt;
        chunkAt = 0;
        return moved;
    }

    private void page(long offset, int at, int length) throws DoppelException {
        boolean zero = Arrays.mismatch(buffer, at, at + length, ZERO_PAGE, 0, length) < 0;
        if (inChunk) {
            if (zero) {
                zeroPages++;
                if (zeroPages == Layout.ZERO_RUN) {
                    emitChunk(offset - (Layout.ZERO_RUN - 1L) * Layout.PAGE);
                }
                return;
            }
            addZeroPages(offset);
            if (stopped) {
                return;
            }
        } else if (zero) {
            return;
        }
        if (!inChunk) {
            endHole(offset);
            if (stopped) {
                return;
            }
            inChunk = true;
            entryOffset = offset;
            chunkAt = at;
            chunkPages = 0;
        }
        chunkPages++;
        boolean mayEnd = chunkPages >= Layout.MIN_PAGES;
        if (mayEnd && CutRule.ends(chunkPages, rule.hash(crc, buffer, at, length))) {
            emitChunk(offset + length);
        }
    }

    /** Takes the pending zero pages, which end at {@code upTo}, into the chunk, as far as it does not end among them. */
    private void addZeroPages(long upTo) throws DoppelException {
        while (zeroPages > 0 && inChunk) {
            zeroPages--;
            chunkPages++;
            if (CutRule.ends(chunkPages, rule.zeroPageHash())) {
                int left = zeroPages;
                emitChunk(Math.min(end, upTo - (long) left * Layout.PAGE));
            }
        }
    }

    /** Ends the chunk under way; what follows is a hole until a page shows otherwise. */
    private void emitChunk(long chunkEnd) throws DoppelException {
        inChunk = false;
        zeroPages = 0;
        long offset = entryOffset;
        entryOffset = chunkEnd;
        stopped = !sink.chunk(offset, buffer, chunkAt, (int) (chunkEnd - offset));
    }

    private void endHole(long holeEnd) throws DoppelException {
        if (holeEnd > entryOffset) {
            long offset = entryOffset;
            entryOffset = holeEnd;
            stopped = !sink.hole(offset, holeEnd - offset);
        }
    }

    private void finish() throws DoppelException {
        if (inChunk) {
            addZeroPages(Layout.pageCeil(end));
            if (stopped) {
                return;
            }
        }
        if (inChunk) {
            emitChunk(end);
        } else {
            endHole(end);
        }
    }
}
