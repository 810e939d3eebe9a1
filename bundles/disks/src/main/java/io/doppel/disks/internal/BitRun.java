package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;

/**
 * Equal bits of a bitmap in a file, at most 64.
 *
 * @param set what they are
 * @param length how many, at least 1
 */
record BitRun(boolean set, long length) {
    /**
     * The run that starts at a bit, where the first bit of a byte is its highest (VHD).
     *
     * @param base position of the bitmap, a multiple of 8
     */
    static BitRun mostSignificantFirst(TableReader tables, long base, long bit) throws DoppelException {
        int inWord = (int) (bit % 64);
        long word = tables.bigLong(base + bit / 64 * 8) << inWord;
        boolean set = word < 0;
        return new BitRun(set, Math.min(64 - inWord, Long.numberOfLeadingZeros(set ? ~word : word)));
    }

    /** The same where the first bit of a byte is its lowest (VHDX). */
    static BitRun leastSignificantFirst(TableReader tables, long base, long bit) throws DoppelException {
        int inWord = (int) (bit % 64);
        long word = tables.littleLong(base + bit / 64 * 8) >>> inWord;
        boolean set = (word & 1) != 0;
        return new BitRun(set, Math.min(64 - inWord, Long.numberOfTrailingZeros(set ? ~word : word)));
    }
}
