package io.doppel.api.error;

/** Failures that any part may meet. */
public enum CommonError implements ErrorCode {
    /** A setting has a wrong value. */
    BAD_SETTING("DPL-API-0001", false, "A setting has a value that is not allowed.", "Correct the named setting."),
    /** A setting that does not exist. */
    UNKNOWN_SETTING("DPL-API-0002", false, "A setting of that name does not exist.", "Remove it or correct its name."),
    /** A setting without which nothing works. */
    MISSING_SETTING("DPL-API-0003", false, "A required setting has no value.", "Give the named setting a value."),
    /** Somebody cancelled it. */
    CANCELLED("DPL-API-0004", true, "The operation was cancelled.", "Start it again when you want it done."),
    /** The plug-in went away. */
    PLUGIN_GONE(
            "DPL-API-0005",
            true,
            "A plug-in that the operation needs is not installed, or left while it was in use.",
            "Install or start the plug-in, then run the job again."),
    /** Reading or writing failed. */
    IO(
            "DPL-API-0006",
            true,
            "Reading or writing a file or a connection failed.",
            "Check the device, its permissions and free space, or the peer's address, port and firewall, then try again."),
    /** No such thing. */
    NOT_FOUND("DPL-API-0007", false, "Nothing of that name or id exists.", "List what exists and correct the name."),
    /** A name already taken. */
    EXISTS("DPL-API-0008", false, "Something of that name exists already.", "Choose another name."),
    /** The thing cannot do that. */
    UNSUPPORTED("DPL-API-0009", false, "What was asked cannot be done here.", "See the documentation of the plug-in."),
    /** Our own fault. */
    INTERNAL(
            "DPL-API-0010",
            false,
            "Doppel made a mistake of its own; the log has the details.",
            "Report it with the log of the server."),
    /** A peer's certificate is another one than was confirmed. */
    CERTIFICATE(
            "DPL-API-0011",
            false,
            "A peer shows another TLS certificate than the one that was confirmed; nothing was sent to it.",
            "Find out why it changed. If the peer is the right one, confirm the new fingerprint in its settings."),
    /** Nobody confirmed the peer's certificate yet. */
    UNCONFIRMED(
            "DPL-API-0012",
            false,
            "Nobody has confirmed a peer's TLS certificate yet; no password was sent to it.",
            "Compare the fingerprint with what the peer's own console shows, then give it as setting 'fingerprint'.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    CommonError(String id, boolean retryable, String meaning, String advice) {
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
