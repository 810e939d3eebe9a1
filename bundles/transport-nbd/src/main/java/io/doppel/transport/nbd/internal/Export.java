package io.doppel.transport.nbd.internal;

/**
 * What was agreed about an export.
 *
 * @param size bytes
 * @param flags transmission flags
 * @param minimum requests begin and end at its multiples, but for the end of the export
 * @param preferred power of 2
 * @param maximum most bytes of a request that carries or asks for data
 * @param structured whether replies are structured
 * @param allocation id of the context base:allocation, −1 if there is none
 * @param bitmap id of the context that was asked for, −1 if there is none
 */
record Export(
        long size,
        int flags,
        int minimum,
        int preferred,
        int maximum,
        boolean structured,
        long allocation,
        long bitmap) {
    /** No context of that kind. */
    static final long NONE = -1;

    private static final int READ_ONLY = 1 << 1;
    private static final int CAN_FLUSH = 1 << 2;
    private static final int CAN_FUA = 1 << 3;
    private static final int CAN_ZERO = 1 << 6;
    private static final int MULTI_CONN = 1 << 8;
    private static final int CAN_FAST_ZERO = 1 << 11;

    boolean readOnly() {
        return (flags & READ_ONLY) != 0;
    }

    boolean canFlush() {
        return (flags & CAN_FLUSH) != 0;
    }

    boolean canFua() {
        return (flags & CAN_FUA) != 0;
    }

    boolean canZero() {
        return (flags & CAN_ZERO) != 0;
    }

    boolean canFastZero() {
        return (flags & CAN_FAST_ZERO) != 0;
    }

    /** Whether a flush on one connection covers the writes on the others. */
    boolean multiConn() {
        return (flags & MULTI_CONN) != 0;
    }

    /** Bytes of one request for data: what is wanted at most, in preferred blocks as far as that can be. */
    int piece(int wanted) {
        int most = Math.min(wanted, maximum);
        return (int) Aligned.down(most, Math.min(preferred, Integer.highestOneBit(most)));
    }

    /** Whether another connection reached the same disk. */
    boolean sameAs(Export other) {
        return size == other.size
                && minimum == other.minimum
                && structured == other.structured
                && (allocation == NONE) == (other.allocation == NONE)
                && (bitmap == NONE) == (other.bitmap == NONE);
    }
}
