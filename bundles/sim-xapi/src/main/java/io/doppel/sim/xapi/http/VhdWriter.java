package io.doppel.sim.xapi.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.UUID;

/** Writes a disk as a VHD in one pass, laid out as xapi does it: blocks in order, and each with all its sectors. */
final class VhdWriter {
    private VhdWriter() {}

    /** Bytes of the whole stream. */
    static long length(long size, BitSet blocks) {
        return tableEnd(Vhd.blocks(size)) + blocks.cardinality() * (long) (Vhd.BITMAP + Vhd.BLOCK) + Vhd.SECTOR;
    }

    /**
     * @param size bytes of the disk
     * @param id what children of this VHD name as their parent
     * @param parent the parent's id; null for a VHD that stands alone
     * @param blocks numbers of the 2 MiB blocks to write
     */
    static void write(
            OutputStream out, FileChannel disk, long size, UUID id, UUID parent, BitSet blocks, Progress progress)
            throws IOException {
        int count = Vhd.blocks(size);
        ByteBuffer footer = Vhd.footer(size, id, parent != null);
        ByteBuffer table = ByteBuffer.allocate((int) tableEnd(count) - Vhd.TABLE_OFFSET);
        Arrays.fill(table.array(), (byte) 0xFF);
        long next = tableEnd(count);
        for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
            table.putInt(block * Integer.BYTES, (int) (next / Vhd.SECTOR));
            next += Vhd.BITMAP + Vhd.BLOCK;
        }
        out.write(footer.array());
        out.write(Vhd.header(count, parent).array());
        out.write(new byte[Vhd.TABLE_OFFSET - Vhd.HEADER_OFFSET - Vhd.HEADER_SIZE]);
        out.write(table.array());
        byte[] bitmap = new byte[Vhd.BITMAP];
        Arrays.fill(bitmap, (byte) 0xFF);
        byte[] data = new byte[Vhd.BLOCK];
        int done = 0;
        for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
            progress.at((double) done++ / blocks.cardinality());
            Io.read(disk, data, block * (long) Vhd.BLOCK, size);
            out.write(bitmap);
            out.write(data);
        }
        out.write(footer.array());
    }

    private static long tableEnd(int blocks) {
        long bytes = (long) blocks * Integer.BYTES;
        return Vhd.TABLE_OFFSET + (bytes + Vhd.SECTOR - 1) / Vhd.SECTOR * Vhd.SECTOR;
    }
}
