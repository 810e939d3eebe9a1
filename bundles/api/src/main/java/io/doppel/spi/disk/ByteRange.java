package io.doppel.spi.disk;

/**
 * A half-open range of bytes.
 *
 * @param offset first byte, at least 0
 * @param length number of bytes, at least 0
 */
public record ByteRange(long offset, long length) {
    /** Checks the bounds. */
    public ByteRange {
        if (offset < 0 || length < 0 || offset + length < 0) {
            throw new IllegalArgumentException("range " + offset + "+" + length);
        }
    }

    /** First byte behind the range. */
    public long end() {
        return offset + length;
    }
}
