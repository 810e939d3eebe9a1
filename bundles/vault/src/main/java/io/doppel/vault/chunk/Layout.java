package io.doppel.vault.chunk;

/** Sizes of the format. */
public final class Layout {
    /** Bytes of a page. */
    public static final int PAGE = 4096;

    /** Bytes of a window, which a leaf of the tree covers. */
    public static final long WINDOW = 4L << 20;

    /** Bytes of a segment, which is cut by itself. */
    public static final long SEGMENT = 64L << 20;

    /** Most pages of a chunk. */
    public static final int MAX_PAGES = 64;

    /** Most bytes of a chunk. */
    public static final int MAX_CHUNK = MAX_PAGES * PAGE;

    /** Fewest pages after which a page's content may end a chunk. */
    public static final int MIN_PAGES = 8;

    /** Pages from which on ends are found more easily. */
    public static final int TARGET_PAGES = 36;

    /** Zero pages in a row that end a chunk. */
    public static final int ZERO_RUN = 8;

    private Layout() {}

    /** The greatest multiple of a page that is not above {@code offset}. */
    public static long pageFloor(long offset) {
        return offset & -(long) PAGE;
    }

    /** The least multiple of a page that is not below {@code offset}. */
    public static long pageCeil(long offset) {
        return (offset + PAGE - 1) & -(long) PAGE;
    }

    /** Start of the segment that holds {@code offset}. */
    public static long segmentStart(long offset) {
        return offset & -SEGMENT;
    }
}
