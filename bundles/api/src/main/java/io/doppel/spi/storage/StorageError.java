package io.doppel.spi.storage;

import io.doppel.api.error.ErrorCode;

/** The failures of storage targets; callers act on them by kind. */
public enum StorageError implements ErrorCode {
    /** The name is taken. */
    EXISTS("DPL-STO-0001", false, "An object of that name exists already.", "Nothing was changed; use a new name."),
    /** There is no such object. */
    NOT_FOUND(
            "DPL-STO-0002",
            false,
            "An object is missing from the storage target.",
            "Validate the vault to see what is affected."),
    /** The object is shorter than asked. */
    TOO_SHORT(
            "DPL-STO-0003",
            false,
            "An object of the storage target ends too early.",
            "Validate the vault to see what is affected; check the target's disks."),
    /** No space left. */
    FULL(
            "DPL-STO-0004",
            true,
            "The storage target has no space left.",
            "Free space on the target, by a purge or by other means, and run the job again; what was stored is reused."),
    /** No connection. */
    UNREACHABLE(
            "DPL-STO-0005",
            true,
            "The storage target cannot be reached.",
            "Check that the target is there: mounted, switched on and connected; then run the job again."),
    /** No right. */
    DENIED(
            "DPL-STO-0006",
            false,
            "The storage target refused access.",
            "Check the permissions of the server's user on the target."),
    /** Reading or writing failed. */
    IO(
            "DPL-STO-0007",
            true,
            "Reading or writing on the storage target failed.",
            "Check the target's disks and connection, then run the job again."),
    /** A name outside the rules. */
    BAD_NAME("DPL-STO-0008", false, "An object's name is not allowed.", "Report it with the log of the server."),
    /** Writing where that is off. */
    READ_ONLY(
            "DPL-STO-0009",
            false,
            "The storage target is open for reading only.",
            "Open it for writing, or use another one."),
    /** The target lacks something needed. */
    UNSUITABLE(
            "DPL-STO-0010",
            false,
            "The storage target cannot do what a vault needs.",
            "Use a place on a file system or server that can create files exclusively and flush them.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    StorageError(String id, boolean retryable, String meaning, String advice) {
        this.id = id;
        this.retryable = retryable;
        this.meaning = meaning;
        this.advice = advice;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean retryable() {
        return retryable;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String advice() {
        return advice;
    }
}
