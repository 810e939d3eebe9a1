package io.doppel.catalog;

import io.doppel.api.error.DoppelException;

/** Takes the parts of an export. */
@FunctionalInterface
public interface ExportSink {
    /**
     * A part: rows of one table in lines of JSON. What did not change since the last export is mostly in the same parts.
     *
     * @param table name of the table
     * @param text UTF-8, at most {@link #MOST_PART} bytes
     */
    void part(String table, byte[] text) throws DoppelException;

    /** Most bytes of a part. */
    int MOST_PART = 4 << 20;
}
