package io.doppel.offsite;

import io.doppel.api.error.ErrorCode;

/** Failures of the offsite module, seen by its admin. */
public enum OffsiteError implements ErrorCode {
    /** The journal is not what was written. */
    STORE_DAMAGED(
            "DPL-OFF-0001",
            "The journal of a client's store at the offsite module is damaged; the store stays closed and nothing in it is deleted.",
            "Put the store's folder back from a copy, or repair its disk. The objects themselves are untouched."),
    /** No such client. */
    NO_CLIENT("DPL-OFF-0002", "There is no such client or store at this module.", "See doppel:offsite-client-list."),
    /** The name is taken. */
    CLIENT_EXISTS("DPL-OFF-0003", "A client of that name is there already.", "Choose another name."),
    /** Not a name. */
    BAD_CLIENT_NAME(
            "DPL-OFF-0004",
            "The name of a client is not allowed.",
            "Use 1 to 60 of the characters a-z, 0-9, _ and -, beginning with a letter or digit."),
    /** The undo reaches too far. */
    TOO_LATE(
            "DPL-OFF-0005",
            "An undo would need something that was deleted for good, because its window is over.",
            "Choose a later event, see doppel:offsite-condemned. Nothing was changed."),
    /** Which event is meant cannot be told. */
    UNCLEAR_TIME(
            "DPL-OFF-0006",
            "The clock was set back around the time that was given, so the time does not say which events are meant.",
            "Give the number of the event instead, see doppel:offsite-condemned. Nothing was changed."),
    /** The name has another object now. */
    NAME_IN_USE(
            "DPL-OFF-0007",
            "What was condemned cannot come back while another object has its name.",
            "Undo to an event instead, or let the client delete the other object. Nothing was changed."),
    /** The folder is not usable. */
    FOLDER("DPL-OFF-0008", "The offsite module cannot use its folder.", "Check the folder, its owner and its disk."),
    /** There is no such event. */
    NO_EVENT(
            "DPL-OFF-0009",
            "An undo names an event that has not happened.",
            "Choose one of doppel:offsite-condemned, or an earlier one. Nothing was changed.");

    private final String id;
    private final String meaning;
    private final String advice;

    OffsiteError(String id, String meaning, String advice) {
        this.id = id;
        this.meaning = meaning;
        this.advice = advice;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean retryable() {
        return false;
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
