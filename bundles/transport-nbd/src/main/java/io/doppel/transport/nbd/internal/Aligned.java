package io.doppel.transport.nbd.internal;

/**
 * A range cut at the multiples of a block size, because a server takes requests for whole blocks only.
 *
 * @param begin of the first block
 * @param inner of the first block that lies in the range as a whole; {@code [begin, inner)} is one block or nothing
 * @param innerEnd end of the last such block, at least {@code inner}; {@code [innerEnd, end)} is one block or nothing
 * @param end of the last block, which the end of the disk may cut off
 */
record Aligned(long begin, long inner, long innerEnd, long end) {
    /** Cuts {@code [offset, offset+length)} of a disk of {@code size} bytes; {@code block} is a power of 2. */
    static Aligned of(long offset, long length, int block, long size) {
        long begin = down(offset, block);
        long end = Math.min(up(offset + length, block), size);
        long inner = begin < offset ? Math.min(begin + block, end) : begin;
        long innerEnd = end > offset + length ? Math.max(down(offset + length, block), inner) : end;
        return new Aligned(begin, inner, innerEnd, end);
    }

    static long down(long offset, int block) {
        return offset & -block;
    }

    static long up(long offset, int block) {
        return down(offset + block - 1, block);
    }

    /** Bytes of the whole blocks. */
    long innerLength() {
        return innerEnd - inner;
    }
}
