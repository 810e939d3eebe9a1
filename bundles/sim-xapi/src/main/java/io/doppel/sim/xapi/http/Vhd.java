package io.doppel.sim.xapi.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/** The fixed parts of a VHD: footer, header and the sizes between them. */
final class Vhd {
    static final int SECTOR = 512;
    static final int BLOCK = 2 * 1024 * 1024;
    /** Bytes of the bitmap before each block: one bit a sector. */
    static final int BITMAP = 512;

    static final int HEADER_OFFSET = 512;
    static final int HEADER_SIZE = 1024;
    static final int TABLE_OFFSET = 2048;
    static final int UNUSED = 0xFFFFFFFF;

    private static final byte[] FOOTER_COOKIE = "conectix".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEADER_COOKIE = "cxsparse".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 0x00010000;
    private static final int RESERVED_FEATURE = 2;
    private static final int DYNAMIC = 3;
    private static final int DIFFERENCING = 4;
    private static final long YEAR_2000 = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();

    private static final int FOOTER_CHECKSUM = 64;
    private static final int HEADER_CHECKSUM = 36;

    private Vhd() {}

    /**
     * @param size bytes of the disk
     * @param tableOffset where the table of blocks is, from the start of the file
     * @param entries blocks in the table
     * @param blockSize bytes of a block without its bitmap
     */
    record Head(long size, long tableOffset, int entries, int blockSize) {}

    static int blocks(long size) {
        return Math.toIntExact((size + BLOCK - 1) / BLOCK);
    }

    static ByteBuffer footer(long size, UUID id, boolean differencing) {
        ByteBuffer footer = ByteBuffer.allocate(SECTOR);
        footer.put(FOOTER_COOKIE).putInt(RESERVED_FEATURE).putInt(VERSION).putLong(HEADER_OFFSET);
        footer.putInt((int) (Instant.now().getEpochSecond() - YEAR_2000));
        footer.put("tap\0".getBytes(StandardCharsets.US_ASCII)).putInt(VERSION).putInt(0);
        footer.putLong(size).putLong(size).putInt(geometry(size / SECTOR));
        footer.putInt(differencing ? DIFFERENCING : DYNAMIC).putInt(0);
        footer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return checked(footer, FOOTER_CHECKSUM);
    }

    /** @param parent the disk that missing blocks are read from; null for none */
    static ByteBuffer header(int blocks, UUID parent) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_SIZE);
        header.put(HEADER_COOKIE).putLong(-1).putLong(TABLE_OFFSET).putInt(VERSION);
        header.putInt(blocks).putInt(BLOCK).putInt(0);
        if (parent != null) {
            header.putLong(parent.getMostSignificantBits()).putLong(parent.getLeastSignificantBits());
            header.putInt((int) (Instant.now().getEpochSecond() - YEAR_2000)).putInt(0);
            header.put((parent + ".vhd").getBytes(StandardCharsets.UTF_16BE));
        }
        return checked(header, HEADER_CHECKSUM);
    }

    /** @return the offset of the header */
    static long readFooter(ByteBuffer footer) throws IOException {
        check(footer, FOOTER_COOKIE, FOOTER_CHECKSUM);
        int type = footer.getInt(60);
        if (type != DYNAMIC && type != DIFFERENCING) {
            throw new IOException("a VHD of type " + type + " cannot be read as a stream");
        }
        return footer.getLong(16);
    }

    static Head readHeader(ByteBuffer footer, ByteBuffer header) throws IOException {
        check(header, HEADER_COOKIE, HEADER_CHECKSUM);
        int blockSize = header.getInt(32);
        int entries = header.getInt(28);
        if (blockSize < SECTOR || Integer.bitCount(blockSize) != 1 || entries < 0) {
            throw new IOException("a VHD with blocks of " + blockSize + " bytes");
        }
        return new Head(footer.getLong(48), header.getLong(16), entries, blockSize);
    }

    private static void check(ByteBuffer part, byte[] cookie, int checksumAt) throws IOException {
        if (part.getInt(checksumAt) != checksum(part, checksumAt)
                || !part.slice(0, cookie.length).equals(ByteBuffer.wrap(cookie))) {
            throw new IOException("not a VHD: no " + new String(cookie, StandardCharsets.US_ASCII));
        }
    }

    private static ByteBuffer checked(ByteBuffer part, int checksumAt) {
        part.putInt(checksumAt, checksum(part, checksumAt));
        return part.clear();
    }

    private static int checksum(ByteBuffer part, int checksumAt) {
        int sum = 0;
        for (int i = 0; i < part.capacity(); i++) {
            sum += i >= checksumAt && i < checksumAt + 4 ? 0 : part.get(i) & 0xFF;
        }
        return ~sum;
    }

    /** Cylinders, heads and sectors as the format's specification computes them. */
    private static int geometry(long sectors) {
        long total = Math.min(sectors, 65535L * 16 * 255);
        int perTrack = 255;
        int heads = 16;
        long tracks = total / perTrack;
        if (total < 65535L * 16 * 63) {
            perTrack = 17;
            tracks = total / perTrack;
            heads = (int) Math.max(4, (tracks + 1023) / 1024);
            if (tracks >= heads * 1024L || heads > 16) {
                perTrack = 31;
                heads = 16;
                tracks = total / perTrack;
            }
            if (tracks >= heads * 1024L) {
                perTrack = 63;
                heads = 16;
                tracks = total / perTrack;
            }
        }
        return (int) (tracks / heads) << 16 | heads << 8 | perTrack;
    }
}
