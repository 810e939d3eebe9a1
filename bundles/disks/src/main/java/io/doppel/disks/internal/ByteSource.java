package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.util.List;

/** Bytes of constant size, read at any position by several threads. */
interface ByteSource {
    long size();

    /** Name for messages. */
    String name();

    /** Fills the part of the buffer; coded error if it reaches behind the end. */
    void read(long position, byte[] buffer, int from, int length) throws DoppelException;

    /**
     * The parts of the range that may hold something other than zeros. What lies behind the end is among them, so that who reads only
     * these parts learns that it is missing.
     */
    List<ByteRange> data(ByteRange range) throws DoppelException;
}
