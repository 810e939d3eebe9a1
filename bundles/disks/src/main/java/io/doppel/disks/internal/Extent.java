package io.doppel.disks.internal;

/**
 * Where a stretch of the disk is.
 *
 * @param kind how to get its bytes
 * @param position first byte in the file for DATA; what the format likes for COMPRESSED; else 0
 * @param length bytes of the disk, at least 1
 */
record Extent(Kind kind, long position, long length) {
    enum Kind {
        /** Reads as zeros. */
        ZERO,
        /** In the file as it is. */
        DATA,
        /** In the file, compressed. */
        COMPRESSED,
        /** At the same offset of the parent. */
        PARENT
    }

    static Extent zero(long length) {
        return new Extent(Kind.ZERO, 0, length);
    }

    static Extent parent(long length) {
        return new Extent(Kind.PARENT, 0, length);
    }

    static Extent data(long position, long length) {
        return new Extent(Kind.DATA, position, length);
    }

    static Extent compressed(long position, long length) {
        return new Extent(Kind.COMPRESSED, position, length);
    }

    /** Whether the next stretch goes on where this one ends. */
    boolean continuesIn(Extent next) {
        return kind == next.kind
                && switch (kind) {
                    case ZERO, PARENT -> true;
                    case DATA -> position + length == next.position;
                    case COMPRESSED -> false;
                };
    }

    Extent extendedBy(long more) {
        return new Extent(kind, position, length + more);
    }
}
