package io.doppel.core;

import io.doppel.api.error.ErrorCode;

/** Why versions are not dropped or removed. */
public enum RetentionError implements ErrorCode {
    /** The clock went back. */
    CLOCK_BEHIND(
            "DPL-RET-0001",
            true,
            "The server's clock is behind what it showed before, or behind a version; nothing is dropped.",
            "Correct the clock. If it is right: doppel:retention-accept-clock, or, if a version was stored with a wrong"
                    + " date, doppel:version-remove that version."),
    /** The clock may have jumped ahead. */
    CLOCK_AHEAD(
            "DPL-RET-0002",
            true,
            "The clock went on by more than is plausible, so the age of versions is in doubt; nothing is dropped.",
            "If the clock is right, and the server was only off or idle: doppel:retention-accept-clock, or wait; if pauses like"
                    + " that are usual, raise retention-clock-gap-days in io.doppel.core.cfg."),
    /** A pinned version. */
    PINNED("DPL-RET-0003", false, "The version is pinned.", "Unpin it first: doppel:version-unpin."),
    /** A version inside the window in which nothing is removed. */
    TOO_YOUNG(
            "DPL-RET-0004",
            true,
            "The version is younger than the minimum age of its policy.",
            "Wait, or lower minimum-age for its machine with doppel:retention-set."),
    /** The last resort of a machine. */
    NEWEST(
            "DPL-RET-0005",
            false,
            "The version is the newest of its machine, or the newest that is not damaged.",
            "Add --newest to doppel:version-remove when you are sure, or leave it out.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    RetentionError(String id, boolean retryable, String meaning, String advice) {
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
