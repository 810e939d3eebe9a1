package io.doppel.storage.offsite.wire;

import io.doppel.api.error.ErrorCode;
import io.doppel.spi.storage.StorageError;
import java.util.Optional;
import java.util.stream.Stream;

/** Codes of ERROR frames, docs/offsite-protocol.md §3. */
public enum Refusal {
    /** The name is taken. */
    EXISTS(1, StorageError.EXISTS),
    /** No such object. */
    NOT_FOUND(2, StorageError.NOT_FOUND),
    /** The object ends before. */
    TOO_SHORT(3, StorageError.TOO_SHORT),
    /** Quota or disk. */
    FULL(4, StorageError.FULL),
    /** The client may not. */
    DENIED(5, ModuleError.NOT_KNOWN),
    /** The module's disk. */
    IO(6, StorageError.IO),
    /** A name outside the rules. */
    BAD_NAME(7, StorageError.BAD_NAME),
    /** No changes with this access. */
    READ_ONLY(8, StorageError.READ_ONLY),
    /** The module's admin locked the client. */
    LOCKED(9, ModuleError.LOCKED),
    /** Not understood; the connection ends. */
    PROTOCOL(10, StorageError.IO),
    /** Too many connections; this one ends. */
    BUSY(11, StorageError.UNREACHABLE),
    /** The attempt was settled before. */
    VOID(12, StorageError.IO);

    private final int code;
    private final ErrorCode error;

    Refusal(int code, ErrorCode error) {
        this.code = code;
        this.error = error;
    }

    /** The code on the wire. */
    public int code() {
        return code;
    }

    /** What it means to callers of the storage. */
    public ErrorCode error() {
        return error;
    }

    /** The refusal of that code. */
    public static Optional<Refusal> of(int code) {
        return Stream.of(values()).filter(r -> r.code == code).findFirst();
    }

    /** How a failure of the module's own storage is told. */
    public static Refusal of(StorageError error) {
        return Stream.of(values()).filter(r -> r.error == error).findFirst().orElse(IO);
    }
}
