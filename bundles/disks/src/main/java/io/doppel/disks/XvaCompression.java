package io.doppel.disks;

/** How an XVA is compressed as a whole. */
public enum XvaCompression {
    /** Not at all: the length is known before, and parts that the source lists as possibly not zero are all there. */
    NONE,
    /** With gzip, which every release reads; slow. */
    GZIP,
    /** With zstd, many times faster; XCP-ng reads it since the end of 2018, older releases do not. */
    ZSTD
}
