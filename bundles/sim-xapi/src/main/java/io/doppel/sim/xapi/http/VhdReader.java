package io.doppel.sim.xapi.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.BitSet;
import java.util.TreeMap;

/** Writes the sectors that a VHD stream has into a disk, wherever in the file they are; the rest of the disk stays. */
final class VhdReader {
    private final InputStream in;
    private long position;

    private VhdReader(InputStream in) {
        this.in = in;
    }

    /** @throws IOException when the stream is no dynamic or differencing VHD, ends early or does not fit */
    static void copy(InputStream in, FileChannel disk, long size) throws IOException {
        new VhdReader(in).copy(disk, size);
    }

    private void copy(FileChannel disk, long size) throws IOException {
        ByteBuffer footer = next(0, Vhd.SECTOR);
        ByteBuffer header = next(Vhd.readFooter(footer), Vhd.HEADER_SIZE);
        Vhd.Head head = Vhd.readHeader(footer, header);
        if (head.size() > size) {
            throw new IOException("the VHD's disk of " + head.size() + " bytes is larger than " + size);
        }
        ByteBuffer table = next(head.tableOffset(), Math.multiplyExact(head.entries(), Integer.BYTES));
        TreeMap<Long, Integer> places = new TreeMap<>();
        for (int block = 0; block < head.entries(); block++) {
            int sector = table.getInt(block * Integer.BYTES);
            if (sector != Vhd.UNUSED) {
                places.put(Integer.toUnsignedLong(sector) * Vhd.SECTOR, block);
            }
        }
        int sectors = head.blockSize() / Vhd.SECTOR;
        int bitmapSize = (sectors / 8 + Vhd.SECTOR - 1) / Vhd.SECTOR * Vhd.SECTOR;
        byte[] data = new byte[head.blockSize()];
        for (var place : places.entrySet()) {
            ByteBuffer bitmap = next(place.getKey(), bitmapSize);
            Io.readFully(in, data, data.length);
            position += data.length;
            write(disk, bitmap, data, place.getValue() * (long) data.length, head.size());
        }
        next(position, Vhd.SECTOR);
        in.transferTo(OutputStream.nullOutputStream());
    }

    private static void write(FileChannel disk, ByteBuffer bitmap, byte[] data, long offset, long size)
            throws IOException {
        BitSet present = new BitSet();
        for (int sector = 0; sector < data.length / Vhd.SECTOR; sector++) {
            present.set(sector, (bitmap.get(sector / 8) & 0x80 >> sector % 8) != 0);
        }
        for (int from = present.nextSetBit(0); from >= 0; ) {
            int to = present.nextClearBit(from);
            // The last block of a disk may reach behind its end.
            long end = Math.min(size, offset + to * (long) Vhd.SECTOR);
            long start = offset + from * (long) Vhd.SECTOR;
            if (start < end) {
                Io.write(disk, data, from * Vhd.SECTOR, (int) (end - start), start, size);
            }
            from = present.nextSetBit(to);
        }
    }

    private ByteBuffer next(long offset, int length) throws IOException {
        if (offset < position) {
            throw new IOException("the parts of the VHD are not in an order that can be read as a stream");
        }
        Io.skip(in, offset - position);
        position = offset + length;
        return Io.read(in, length);
    }
}
