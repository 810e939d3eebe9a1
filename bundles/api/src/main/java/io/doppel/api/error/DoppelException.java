package io.doppel.api.error;

import java.util.Objects;

/**
 * The one exception that crosses API and SPI borders. It carries a stable code, what happened in this case, and what to
 * do. A stack trace of it goes to the log only when {@link ErrorCode} marks one of our own faults; people see {@link
 * #getMessage()}.
 */
public class DoppelException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final String codeId;
    private final String what;

    /**
     * @param code the kind of failure
     * @param what what happened here, naming the thing concerned; a sentence without a final full stop and without secrets
     */
    public DoppelException(ErrorCode code, String what) {
        this(code, what, null);
    }

    /** As {@link #DoppelException(ErrorCode, String)} with the cause; the cause's text is not repeated in the message. */
    public DoppelException(ErrorCode code, String what, Throwable cause) {
        super(Objects.requireNonNull(code, "code").id() + ": " + what + ". " + code.advice(), cause);
        this.code = code;
        this.codeId = code.id();
        this.what = what;
    }

    /** The kind of failure. */
    public ErrorCode code() {
        return code;
    }

    /** Whether this failure is of the given kind, compared by id. */
    public boolean is(ErrorCode other) {
        return codeId.equals(other.id());
    }

    /** What happened, without code and advice. */
    public String what() {
        return what;
    }

    /** Whether the same call may succeed later. */
    public boolean retryable() {
        return code.retryable();
    }
}
