package io.doppel.vault.chunk;

/**
 * A part of a disk: a chunk or a hole.
 *
 * @param offset first byte, on a page
 * @param length bytes; whole pages but at the disk's end
 * @param id the chunk's id, 32 bytes, not to be changed; null for a hole
 */
@SuppressWarnings("ArrayRecordComponent")
public record Entry(long offset, long length, byte[] id) {
    /** A hole. */
    public static Entry hole(long offset, long length) {
        return new Entry(offset, length, null);
    }

    /** Whether this is a hole. */
    public boolean isHole() {
        return id == null;
    }

    /** First byte behind it. */
    public long end() {
        return offset + length;
    }

    /** Number of pages, the last one possibly short. */
    public int pages() {
        return (int) ((length + Layout.PAGE - 1) / Layout.PAGE);
    }
}
