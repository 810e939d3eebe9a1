package io.doppel.vault.chunk;

import java.util.List;

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

    /** Appends an entry; a hole that follows a hole makes it longer instead, because adjacent holes are one (§4). */
    public static void addJoined(List<Entry> entries, Entry next) {
        Entry last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
        if (next.isHole() && last != null && last.isHole()) {
            entries.set(entries.size() - 1, hole(last.offset(), last.length() + next.length()));
        } else {
            entries.add(next);
        }
    }
}
