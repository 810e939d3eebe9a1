package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Makes the stored blocks of a VHD, bitmap and data, one after the other. */
final class VhdBlocks implements Iterator<ReadAhead.Work<byte[]>> {
    private static final int SECTOR = VhdHeader.SECTOR;
    private static final int BLOCK = VhdHead.BLOCK;

    private final DiskReader source;
    private final BitSet blocks;
    private final List<ByteRange> present;
    private int block;

    /** First of the present ranges that ends behind the block's start. */
    private int range;

    VhdBlocks(DiskReader source, BitSet blocks, List<ByteRange> present) {
        this.source = source;
        this.blocks = blocks;
        this.present = present;
        this.block = blocks.nextSetBit(0);
    }

    @Override
    public boolean hasNext() {
        return block >= 0;
    }

    @Override
    public ReadAhead.Work<byte[]> next() {
        if (block < 0) {
            throw new NoSuchElementException();
        }
        long start = (long) block * BLOCK;
        List<ByteRange> parts = partsOf(start, start + BLOCK);
        block = blocks.nextSetBit(block + 1);
        return buffer -> read(start, parts, buffer);
    }

    private List<ByteRange> partsOf(long start, long end) {
        List<ByteRange> parts = new ArrayList<>();
        while (range < present.size() && present.get(range).end() <= start) {
            range++;
        }
        for (int i = range; i < present.size() && present.get(i).offset() < end; i++) {
            long from = Math.max(start, present.get(i).offset());
            parts.add(new ByteRange(from, Math.min(end, present.get(i).end()) - from));
        }
        return parts;
    }

    private byte[] read(long start, List<ByteRange> parts, byte[] buffer) throws DoppelException {
        Arrays.fill(buffer, 0, SECTOR, (byte) 0);
        long done = start;
        for (ByteRange part : parts) {
            Arrays.fill(buffer, at(start, done), at(start, part.offset()), (byte) 0);
            Padded.read(source, part.offset(), buffer, at(start, part.offset()), (int) part.length());
            for (int sector = (int) (part.offset() - start) / SECTOR;
                    sector < (part.end() - start) / SECTOR;
                    sector++) {
                buffer[sector / 8] |= (byte) (0x80 >> sector % 8);
            }
            done = part.end();
        }
        Arrays.fill(buffer, at(start, done), buffer.length, (byte) 0);
        return buffer;
    }

    private static int at(long start, long offset) {
        return SECTOR + (int) (offset - start);
    }
}
