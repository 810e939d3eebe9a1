package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.pack.ObjectKind;
import java.io.IOException;
import java.util.HexFormat;

/**
 * An index segment in a local file (docs/local-index.md). Its filter and fences are mapped, of its entries what is needed is read, and
 * nothing of it is on the heap.
 * What the file's disk spoils is noticed by the cells' checksums; the file is then made again, with the same entries at the same
 * places, and the look repeated. Safe for several threads.
 */
public final class LocalSegment {
    private static final ThreadLocal<LocalCell> CELLS = ThreadLocal.withInitial(LocalCell::new);
    private static final int ROUNDS = 2;

    private final LocalHeader header;
    private final LocalLayout layout;
    private final long filterAt;
    private final long filterBlocks;
    private final long cellsAt;
    private final long name0;
    private final long name1;
    private final Again again;
    private volatile LocalFile file;

    /** Makes the file of a segment again. */
    @FunctionalInterface
    interface Again {
        /** The new file. */
        LocalFile make(String segment) throws DoppelException;
    }

    /** Told of copies of a record. */
    @FunctionalInterface
    interface Hits {
        /** A copy: the number of its entry in the segment, and what {@link PackedEntry} has of it. */
        void copy(long entry, long place, long lengths);
    }

    LocalSegment(LocalFile file, Again again) {
        this.header = file.header();
        this.layout = header.layout();
        this.filterAt = layout.filterAt();
        this.filterBlocks = layout.filterBlocks();
        this.cellsAt = layout.cellsAt();
        this.name0 = HexFormat.fromHexDigitsToLong(header.segment(), 0, 16);
        this.name1 = HexFormat.fromHexDigitsToLong(header.segment(), 16, 32);
        this.file = file;
        this.again = again;
    }

    /** Name of the segment. */
    public String name() {
        return header.segment();
    }

    LocalFile file() {
        return file;
    }

    /** Number of entries. */
    public long entries() {
        return layout.entries();
    }

    /** Number of packs. */
    public int packs() {
        return layout.packs();
    }

    /** Bytes of filter, fences, packs and header, which are best kept in memory. */
    public long residentBytes() {
        return layout.cellsAt();
    }

    /** Adds its packs to a table; the numbers there by the numbers here. */
    int[] packsInto(PackTable table) {
        MappedFile f = file.head();
        int[] numbers = new int[layout.packs()];
        for (int i = 0; i < numbers.length; i++) {
            long at = layout.packsAt() + (long) i * LocalLayout.PACK;
            long size = f.getLong(at + 16);
            ObjectKind kind = ObjectKind.of((int) (size >>> 56));
            numbers[i] = table.add(
                    f.getLong(at),
                    f.getLong(at + 8),
                    kind,
                    size & (1L << 56) - 1,
                    f.getInt(at + 24),
                    f.getLong(at + 32));
        }
        return numbers;
    }

    /**
     * Tells of all copies of a record.
     *
     * @param filtered whether to believe filter and fences, which have no checksum of their own, that there are no more
     * @throws DoppelException if the file is spoilt and cannot be made again
     */
    void find(long k0, long k1, boolean filtered, Hits hits) throws DoppelException {
        for (int round = 0; ; round++) {
            LocalFile f = file;
            if (search(f, k0, k1, filtered, hits)) {
                return;
            }
            if (round == ROUNDS) {
                throw new DoppelException(
                        VaultError.LOCAL_INDEX,
                        "The local file of index segment " + name() + " is spoilt again and again");
            }
            repair(f);
        }
    }

    private synchronized void repair(LocalFile spoilt) throws DoppelException {
        if (file == spoilt) {
            file = again.make(name());
        }
    }

    /** False if something that was needed is spoilt; what was told by then is right but may not be all. */
    private boolean search(LocalFile f, long k0, long k1, boolean filtered, Hits hits) {
        try {
            if (layout.entries() == 0 || filtered && !passes(f.head(), k0, k1)) {
                return true;
            }
            long top = k0 >>> 32;
            long first = firstCell(f.head(), top);
            long number = first;
            LocalCell cell = CELLS.get();
            do {
                if (!load(f, cell, number)) {
                    return false;
                }
                for (int i = cell.firstNotBelow(k0, k1); cell.has(i, k0, k1); i++) {
                    hits.copy(number * LocalLayout.PER_CELL + i, cell.place(i), cell.lengths(i));
                }
                if (!filtered && number == first && number > 0 && cell.top(0) >= top) {
                    return false;
                }
                number++;
            } while (number < layout.cells() && fence(f.head(), number) <= top);
            return filtered || number == layout.cells() || load(f, cell, number) && cell.top(0) > top;
        } catch (IOException | InternalError e) {
            // the latter is the Java machine's word for a page of a mapped file that cannot be read
            return false;
        }
    }

    private boolean load(LocalFile f, LocalCell cell, long number) throws IOException {
        return cell.load(f.cells(), cellsAt + number * LocalLayout.CELL, name0, name1, number);
    }

    /**
     * Looks at one bit of the filter: 0 if there is no such record, otherwise 1, half of the time by chance. Nothing hangs on what
     * is loaded, so that a processor that asks several segments waits for all their memory at once.
     */
    long mayHave(long k0, long k1) {
        try {
            return file.head().getLong(blockAt(k0)) >>> LocalLayout.filterBit(k1, 0) & 1;
        } catch (InternalError e) {
            // the page cannot be read: the search itself finds out and sees to it
            return 1;
        }
    }

    private long blockAt(long k0) {
        return filterAt + LocalLayout.filterBlock(k0, filterBlocks) * LocalLayout.FILTER_BLOCK;
    }

    private boolean passes(MappedFile f, long k0, long k1) {
        long at = blockAt(k0);
        for (int word = 0; word < LocalLayout.FILTER_WORDS; word++) {
            if ((f.getLong(at + word * 8L) >>> LocalLayout.filterBit(k1, word) & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    private long fence(MappedFile f, long cell) {
        return f.getInt(layout.fencesAt() + cell * LocalLayout.FENCE) & 0xFFFFFFFFL;
    }

    /**
     * The first cell that may have ids with these top 32 bits: the one before the first whose fence is not below them. Ids are
     * uniform, so the search starts where it should be and widens.
     */
    private long firstCell(MappedFile f, long top) {
        long cells = layout.cells();
        long guess = top * cells >>> 32;
        long low = guess;
        long high = guess;
        for (long step = 1; low > 0 && fence(f, low - 1) >= top; step *= 2) {
            high = low - 1;
            low = Math.max(0, low - step);
        }
        for (long step = 1; high < cells && fence(f, high) < top; step *= 2) {
            low = high + 1;
            high = Math.min(cells, high + step);
        }
        while (low < high) {
            long mid = low + high >>> 1;
            if (fence(f, mid) < top) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return Math.max(0, low - 1);
    }
}
