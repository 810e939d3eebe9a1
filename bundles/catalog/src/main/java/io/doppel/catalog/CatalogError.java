package io.doppel.catalog;

import io.doppel.api.error.ErrorCode;

/** The failures of the catalogue. */
public enum CatalogError implements ErrorCode {
    /** It cannot be opened. */
    CANNOT_OPEN(
            "DPL-CAT-0001",
            false,
            "The catalogue's database cannot be opened.",
            "Check the disk and the permissions of the server's data folder; derby.log beside the database has details."),
    /** Made by something newer. */
    NEWER_SCHEMA(
            "DPL-CAT-0002",
            false,
            "The catalogue was written by a newer version of Doppel.",
            "Update Doppel; nothing was changed."),
    /** Another process has it. */
    IN_USE(
            "DPL-CAT-0003",
            true,
            "Another process has the catalogue's database open.",
            "Stop the other server that uses the same data folder."),
    /** A statement failed. */
    DATABASE(
            "DPL-CAT-0004",
            true,
            "Reading or writing the catalogue failed.",
            "Check the free space and the disk of the server's data folder, then try again."),
    /** A value does not fit. */
    TOO_LONG("DPL-CAT-0005", false, "A name or value is too long to be kept.", "Use a shorter one."),
    /** A migration failed. */
    MIGRATION(
            "DPL-CAT-0006",
            false,
            "The catalogue could not be brought to this version's schema; it is as it was before.",
            "Check the free space of the server's data folder and start again; report it with the server's log if it stays."),
    /** It can only be read. */
    READ_ONLY(
            "DPL-CAT-0008",
            true,
            "The catalogue's database cannot be written; what was kept is unharmed.",
            "Free space on the disk of the server's data folder, or make that folder writable; then the catalogue goes on by itself."),
    /** An export that is not right. */
    BAD_EXPORT(
            "DPL-CAT-0007",
            false,
            "What was exported from a catalogue cannot be read.",
            "Use another recovery copy; report it with the server's log.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    CatalogError(String id, boolean retryable, String meaning, String advice) {
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
