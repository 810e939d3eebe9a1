package io.doppel.vault.internal.pack;

import java.util.List;

/**
 * A whole pack.
 *
 * @param name 32 hex digits
 * @param kind what it holds
 * @param size bytes of the object
 * @param records its records in order
 */
public record PackInfo(String name, ObjectKind kind, long size, List<RecordInfo> records) {
    /** Bytes of its records before compression. */
    public long rawBytes() {
        return records.stream().mapToLong(RecordInfo::raw).sum();
    }

    /** Name of its object. */
    public String objectName() {
        return kind.objectName(name);
    }
}
