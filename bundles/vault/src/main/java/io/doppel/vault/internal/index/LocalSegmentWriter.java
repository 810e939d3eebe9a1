package io.doppel.vault.internal.index;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Writes the local file of an index segment in one pass over its sorted entries, durable once it is finished. Holds four buffers of 256 KiB, and
 * eight bytes a pack.
 * Used by one thread.
 */
final class LocalSegmentWriter implements AutoCloseable {
    /** Bytes after which what is written is put on the disk, so that no step takes long. */
    private static final long SYNC_EACH = 64L << 20;

    private final String vault;
    private final String segment;
    private final PackTable packTable;
    private final LocalLayout layout;
    /** Bytes of each pack's records before compression, as far as they came. */
    private final long[] raws;

    private final RandomAccessFile file;
    private final Region packs;
    private final Region fences;
    private final Region filter;
    private final Region cells;
    private final ByteBuffer cell = ByteBuffer.allocate(LocalLayout.CELL);
    private final ByteBuffer block = ByteBuffer.allocate(LocalLayout.FILTER_BLOCK);
    private long blockNumber;
    private long cellNumber;
    private long entries;
    private long last0;
    private long last1;

    /** Part of the file that is written from its start to its end. */
    private final class Region {
        private final ByteBuffer buffer = ByteBuffer.allocate(256 << 10);
        private final CRC32C crc = new CRC32C();
        private final long start;
        private final long end;
        private long at;

        Region(long from, long to) {
            this.start = from;
            this.at = from;
            this.end = to;
        }

        /** The buffer, with room for a cell. */
        ByteBuffer room() throws IOException {
            if (buffer.remaining() < LocalLayout.CELL) {
                flush();
            }
            return buffer;
        }

        private void flush() throws IOException {
            file.seek(at);
            file.write(buffer.array(), 0, buffer.position());
            crc.update(buffer.array(), 0, buffer.position());
            at += buffer.position();
            buffer.clear();
            if ((at - start) % SYNC_EACH == 0) {
                file.getFD().sync();
            }
        }

        /** Pads it with zeros; the CRC32C of all of it. */
        int finish() throws IOException {
            while (at + buffer.position() < end) {
                room().put((byte) 0);
            }
            flush();
            return (int) crc.getValue();
        }
    }

    /**
     * Starts a file.
     *
     * @param path a name that is not taken
     * @param packTable the segment's packs with its own numbers; must not change before {@link #finish}
     * @param count how many entries will come
     */
    LocalSegmentWriter(Path path, String vault, String segment, PackTable packTable, long count) throws IOException {
        this.vault = vault;
        this.segment = segment;
        this.packTable = packTable;
        this.layout = new LocalLayout(count, packTable.size());
        this.raws = new long[packTable.size()];
        this.file = new RandomAccessFile(path.toFile(), "rw");
        this.packs = new Region(layout.packsAt(), layout.fencesAt());
        this.fences = new Region(layout.fencesAt(), layout.filterAt());
        this.filter = new Region(layout.filterAt(), layout.cellsAt());
        this.cells = new Region(layout.cellsAt(), layout.size());
        startCell();
    }

    private void writePacks() throws IOException {
        for (int i = 0; i < raws.length; i++) {
            ByteBuffer out = packs.room();
            out.putLong(packTable.high(i)).putLong(packTable.low(i));
            out.putLong((long) packTable.kind(i).code() << 56 | packTable.size(i));
            out.putInt(packTable.records(i)).putInt(0).putLong(raws[i]);
        }
    }

    /**
     * Adds an entry, whose pack is numbered as in the segment.
     *
     * @throws IllegalArgumentException if its id is below the one before
     */
    void add(long k0, long k1, long place, long lengths) throws IOException {
        int order = Long.compareUnsigned(last0, k0);
        if (order > 0 || order == 0 && Long.compareUnsigned(last1, k1) > 0) {
            throw new IllegalArgumentException("entries are not sorted");
        }
        last0 = k0;
        last1 = k1;
        entries++;
        if (!cell.hasRemaining()) {
            endCell();
        }
        if (cell.position() == LocalLayout.CELL_HEADER) {
            fences.room().putInt((int) (k0 >>> 32));
        }
        cell.putLong(k0).putLong(k1).putLong(place).putLong(lengths);
        raws[PackedEntry.pack(place)] += PackedEntry.raw(lengths);
        addToFilter(k0, k1);
    }

    /** Adds an entry with the id that starts at {@code at}. */
    void add(byte[] id, int at, long place, long lengths) throws IOException {
        ByteBuffer b = ByteBuffer.wrap(id, at, 16);
        add(b.getLong(), b.getLong(), place, lengths);
    }

    private void addToFilter(long k0, long k1) throws IOException {
        long number = LocalLayout.filterBlock(k0, layout.filterBlocks());
        while (blockNumber < number) {
            endBlock();
        }
        for (int word = 0; word < LocalLayout.FILTER_WORDS; word++) {
            block.putLong(word * 8, block.getLong(word * 8) | 1L << LocalLayout.filterBit(k1, word));
        }
    }

    private void endBlock() throws IOException {
        filter.room().put(block.array());
        for (int word = 0; word < LocalLayout.FILTER_WORDS; word++) {
            block.putLong(word * 8, 0);
        }
        blockNumber++;
    }

    private void startCell() {
        cell.clear().position(LocalLayout.CELL_HEADER);
    }

    private void endCell() throws IOException {
        LocalCell.seal(cell, segment, cellNumber);
        cells.room().put(cell.array());
        cellNumber++;
        startCell();
    }

    /** Makes the file whole and durable. */
    void finish() throws IOException {
        if (entries != layout.entries()) {
            throw new IllegalArgumentException(entries + " entries of " + layout.entries());
        }
        if (cell.position() > LocalLayout.CELL_HEADER) {
            endCell();
        }
        while (blockNumber < layout.filterBlocks()) {
            endBlock();
        }
        writePacks();
        int packsCrc = packs.finish();
        int fencesCrc = fences.finish();
        filter.finish();
        cells.finish();
        file.seek(0);
        file.write(new LocalHeader(vault, segment, layout, packsCrc, fencesCrc).bytes());
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
