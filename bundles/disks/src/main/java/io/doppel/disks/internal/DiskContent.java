package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;

/** The disk that a format's tables describe. Owns no file; its arguments are inside the disk. */
interface DiskContent {
    long size();

    String format();

    void read(long offset, byte[] buffer, int from, int length) throws DoppelException;

    /** Adds what may be other than zeros. */
    void allocated(long offset, long end, RangeCollector found) throws DoppelException;
}
