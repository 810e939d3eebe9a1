package io.doppel.sim.xapi.disk;

/**
 * A run of bytes of a disk.
 *
 * @param start first byte
 * @param length bytes
 * @param own whether the newest layer has it, else one below or none
 * @param zero whether it is known to read as zeros
 */
public record Extent(long start, long length, boolean own, boolean zero) {
    public long end() {
        return start + length;
    }
}
