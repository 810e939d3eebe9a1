package io.doppel.core;

import io.doppel.api.error.ErrorCode;

/** What a test of a storage target finds beyond the failures that the target itself tells. */
public enum StorageTestError implements ErrorCode {
    /** It took too long. */
    TIMED_OUT(
            "DPL-TST-0001",
            true,
            "The test of a storage target was ended because it took too long.",
            "Check the connection to the target and what else uses it, then test it again."),
    /** Other bytes. */
    NOT_WHOLE(
            "DPL-TST-0002",
            false,
            "A storage target does not give back what was put there.",
            "Keep no vault there. Check the target's disks, memory and connection."),
    /** Two writers of one name. */
    NOT_EXCLUSIVE(
            "DPL-TST-0003",
            false,
            "A storage target lets two writers have the same name.",
            "Keep no vault there: one server could overwrite what another one stored. Use a file system or server that creates"
                    + " files exclusively."),
    /** A wrong list. */
    NOT_LISTED(
            "DPL-TST-0004",
            false,
            "A storage target tells wrongly which objects it has.",
            "Keep no vault there. Check whether something between this server and the target keeps old listings."),
    /** Another time. */
    CLOCK(
            "DPL-TST-0005",
            false,
            "The clock of a storage target differs from this server's.",
            "Let both get their time from the same place. Nothing of a vault relies on the target's clock, but its certificates and"
                    + " logs do."),
    /** Hardly any room. */
    LITTLE_SPACE(
            "DPL-TST-0006",
            true,
            "A storage target has hardly any space left.",
            "Free space there or use a larger one before it holds a vault."),
    /** What was deleted is still there. */
    NOT_DELETED(
            "DPL-TST-0007",
            false,
            "A storage target keeps objects that were deleted.",
            "If the target keeps deleted things for a time on purpose, this is right. Otherwise a purge gives no space back there.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    StorageTestError(String id, boolean retryable, String meaning, String advice) {
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
