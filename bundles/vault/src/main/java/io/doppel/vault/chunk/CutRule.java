package io.doppel.vault.chunk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Decides after which pages a chunk may end. Immutable; safe for several threads. */
public final class CutRule {
    private static final long STRICT = (1L << 32) / 64;
    private static final long LOOSE = (1L << 32) / 8;

    private final int k1;
    private final long k2;
    private final long zeroPageHash;

    /**
     * A rule.
     *
     * @param key at least 12 secret bytes
     */
    public CutRule(byte[] key) {
        ByteBuffer b = ByteBuffer.wrap(key);
        this.k1 = b.getInt();
        this.k2 = b.getLong() | 1;
        this.zeroPageHash = hash(new CRC32C(), new byte[Layout.PAGE], 0, Layout.PAGE);
    }

    /** The hash of a page; {@code crc} is reset first. */
    long hash(CRC32C crc, byte[] buffer, int from, int length) {
        crc.reset();
        crc.update(buffer, from, length);
        return (((crc.getValue() ^ k1) & 0xFFFFFFFFL) * k2) >>> 32;
    }

    /** The hash of a whole page of zeros. */
    long zeroPageHash() {
        return zeroPageHash;
    }

    /** Whether a chunk of {@code pages} pages ends after a last page with this hash. */
    static boolean ends(int pages, long hash) {
        if (pages >= Layout.TARGET_PAGES) {
            return pages == Layout.MAX_PAGES || hash < LOOSE;
        }
        return pages >= Layout.MIN_PAGES && hash < STRICT;
    }
}
