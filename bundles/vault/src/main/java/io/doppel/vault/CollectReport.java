package io.doppel.vault;

import java.util.List;

/**
 * What a collection did.
 *
 * @param packsDeleted packs that are not there any more
 * @param bytesDeleted bytes of these
 * @param bytesWritten bytes of the packs to which records were copied
 * @param bytesInUse bytes of records that versions need, afterwards
 * @param bytesKept bytes of no use to any version that are kept for the resumption of interrupted backups, afterwards
 * @param bytesUnused other bytes in packs, afterwards
 * @param notes what could not be done, and why; sentences for people
 */
public record CollectReport(
        int packsDeleted,
        long bytesDeleted,
        long bytesWritten,
        long bytesInUse,
        long bytesKept,
        long bytesUnused,
        List<String> notes) {
    /** Copies. */
    public CollectReport {
        notes = List.copyOf(notes);
    }

    /** Bytes that are free now and were not before. */
    public long bytesFreed() {
        return bytesDeleted - bytesWritten;
    }
}
