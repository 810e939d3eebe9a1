package io.doppel.disks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Lays out VHD streams as other programs do, from the specification alone: table at 2048 behind a sector for the parent's
 * name that is empty (vhd-tool), a batmap behind the table (blktap), blocks in any order, unused space anywhere.
 */
final class ForeignVhd {
    private static final int SECTOR = 512;

    long size;
    int blockSize = 2 << 20;
    long tableOffset = 2048;
    int entries;
    boolean differencing;
    boolean batmap;
    boolean shuffled;
    int slack;
    int[] table;

    private final Random random;

    ForeignVhd(long size, long seed) {
        this.size = size;
        this.random = new Random(seed);
        this.entries = (int) ((size + blockSize - 1) / blockSize);
    }

    /** Sets a smaller block. */
    ForeignVhd blocksOf(int bytes) {
        blockSize = bytes;
        entries = (int) ((size + bytes - 1) / bytes);
        return this;
    }

    byte[] footer() {
        ByteBuffer b = ByteBuffer.allocate(SECTOR);
        b.put("conectix".getBytes(StandardCharsets.US_ASCII))
                .putInt(2)
                .putInt(0x10000)
                .putLong(512);
        b.putInt(0).put("caml".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(0);
        b.putLong(size).putLong(size).putInt(0).putInt(differencing ? 4 : 3);
        return summed(b, 64);
    }

    byte[] header() {
        ByteBuffer b = ByteBuffer.allocate(1024);
        b.put("cxsparse".getBytes(StandardCharsets.US_ASCII)).putLong(-1).putLong(tableOffset);
        b.putInt(0x10000).putInt(entries).putInt(blockSize);
        if (differencing) {
            b.putLong(40, 0x1122).putLong(48, 0x3344);
            b.put(64, "/dev/parent".getBytes(StandardCharsets.UTF_16BE));
            b.putInt(576, 0x4D616358).putInt(580, 1).putInt(584, 18).putLong(592, 1536);
        }
        return summed(b, 36);
    }

    /** Puts the right checksum in. */
    static byte[] summed(ByteBuffer b, int field) {
        b.putInt(field, 0);
        int sum = 0;
        for (byte value : b.array()) {
            sum += value & 0xFF;
        }
        return b.putInt(field, ~sum).array();
    }

    /**
     * @param content the disk; blocks of zeros are left out
     * @param sectors which sectors are there; the others are filled with rubbish, which nobody may read
     */
    byte[] image(byte[] content, boolean[] sectors) {
        int bitmapSize = Math.max(SECTOR, blockSize / SECTOR / 8);
        List<Integer> blocks = new ArrayList<>();
        for (int block = 0; block < entries; block++) {
            int first = block * (blockSize / SECTOR);
            for (int i = first; i < Math.min(sectors.length, first + blockSize / SECTOR); i++) {
                if (sectors[i]) {
                    blocks.add(block);
                    break;
                }
            }
        }
        if (shuffled) {
            Collections.shuffle(blocks, random);
        }
        int tableLength = (entries * 4 + SECTOR - 1) / SECTOR * SECTOR;
        int first = (int) tableOffset + tableLength + (batmap ? 2 * SECTOR : 0) + slack;
        int stored = bitmapSize + blockSize;
        ByteBuffer file = ByteBuffer.allocate(first + blocks.size() * (stored + slack) + slack + SECTOR);
        random.nextBytes(file.array());
        file.put(0, footer()).put(SECTOR, header());
        if (table == null) {
            table = new int[entries];
            Arrays.fill(table, -1);
        }
        int at = first;
        for (int block : blocks) {
            table[block] = at / SECTOR;
            fill(file, at, bitmapSize, block, content, sectors);
            at += stored + slack;
        }
        file.position((int) tableOffset);
        for (int i = 0; i < tableLength / 4; i++) {
            file.putInt(i < entries ? table[i] : -1);
        }
        if (batmap) {
            file.put("tdbatmap".getBytes(StandardCharsets.US_ASCII));
        }
        file.put(file.capacity() - SECTOR, footer());
        return file.array();
    }

    private void fill(ByteBuffer file, int at, int bitmapSize, int block, byte[] content, boolean[] sectors) {
        byte[] bitmap = new byte[bitmapSize];
        for (int i = 0; i < blockSize / SECTOR; i++) {
            long offset = (long) block * blockSize + (long) i * SECTOR;
            // Behind the disk's end vhd-tool sets the bits too.
            boolean present = offset >= size || sectors[(int) (offset / SECTOR)];
            if (present) {
                bitmap[i / 8] |= (byte) (0x80 >> i % 8);
            }
            if (present && offset < size) {
                file.put(at + bitmapSize + i * SECTOR, content, (int) offset, SECTOR);
            }
        }
        file.put(at, bitmap);
    }
}
