package io.doppel.api.job;

/**
 * How far a run or task is. All in bytes; a run's progress is the sum of its tasks'.
 *
 * @param total bytes to deal with, 0 while unknown
 * @param done bytes dealt with, by whatever way
 * @param read bytes read from the source
 * @param stored bytes written to the target
 * @param skipped bytes that needed no reading (zeros, unchanged)
 */
public record Progress(long total, long done, long read, long stored, long skipped) {
    /** Nothing yet. */
    public static final Progress NONE = new Progress(0, 0, 0, 0, 0);

    /** Sum of two. */
    public Progress plus(Progress o) {
        return new Progress(total + o.total, done + o.done, read + o.read, stored + o.stored, skipped + o.skipped);
    }

    /** Share done, from 0 to 1; 0 while the total is unknown. */
    public double share() {
        return total <= 0 ? 0 : Math.min(1, (double) done / total);
    }
}
