package io.doppel.xapi;

import io.doppel.api.error.ErrorCode;

/** What can go wrong between Doppel and a XenServer pool. */
public enum XapiError implements ErrorCode {
    /** Wrong user or password. */
    LOGIN(
            "DPL-XAP-0001",
            false,
            "The pool refused the user or the password.",
            "Correct the user and the password in the host's settings."),
    /** A role without that right. */
    RIGHTS(
            "DPL-XAP-0002",
            false,
            "The user's role in the pool does not allow what was needed.",
            "Give the user the role 'vm-power-admin' or a higher one in the pool."),
    /** No member answers as master. */
    NO_MASTER(
            "DPL-XAP-0003",
            true,
            "No member of the pool answers as its master.",
            "Check that the pool's master runs and is reached from this server, if need be through the address map."),
    /** An object is gone. */
    GONE(
            "DPL-XAP-0004",
            false,
            "The pool no longer knows an object that was asked for.",
            "List the host's machines again; somebody may have removed it."),
    /** Something else is going on with the object. */
    BUSY(
            "DPL-XAP-0005",
            true,
            "The object is in use or another operation on it is in progress.",
            "Wait until it has ended, then try again. A disk stuck on a host's control domain must be unplugged there."),
    /** No host can do it. */
    NO_HOST(
            "DPL-XAP-0006",
            true,
            "A host of the pool that is needed is offline or has no room.",
            "Start the host, or free memory, then try again."),
    /** Chain of snapshots too long. */
    CHAIN_TOO_LONG(
            "DPL-XAP-0007",
            true,
            "The disk's chain of snapshots is as long as the storage allows.",
            "Delete old snapshots and let the storage repository coalesce (rescan it), then try again."),
    /** No room on the storage. */
    NO_SPACE(
            "DPL-XAP-0008",
            true,
            "The storage repository has not enough free space.",
            "Free space on it, or choose another one."),
    /** The storage failed otherwise. */
    STORAGE(
            "DPL-XAP-0009",
            true,
            "The pool's storage failed.",
            "See the log of the host (SMlog) for the reason that it names."),
    /** Not allowed in this state or at all. */
    REFUSED(
            "DPL-XAP-0010",
            false,
            "The pool refused the operation.",
            "See what it named as the reason; an operation may be blocked on the machine, or need another state."),
    /** The session ended. */
    SESSION("DPL-XAP-0011", true, "The session with the pool ended in the middle of the work.", "Try again."),
    /** A task that somebody cancelled. */
    TASK_CANCELLED(
            "DPL-XAP-0012", true, "Somebody cancelled the task on the pool.", "Try again when you want it done."),
    /** An answer that is none. */
    PROTOCOL(
            "DPL-XAP-0013",
            true,
            "A host gave an answer that cannot be understood.",
            "Check that the address is that of a XenServer or XCP-ng host and that nothing between changes its answers."),
    /** The proxy refused. */
    PROXY(
            "DPL-XAP-0014",
            true,
            "The HTTP proxy did not open a way to the host.",
            "Check the proxy's address, its user and password, and that it allows CONNECT to the host's port."),
    /** Anything else. */
    OTHER("DPL-XAP-0015", true, "The pool failed.", "See the name of the failure and the log of the pool's master.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    XapiError(String id, boolean retryable, String meaning, String advice) {
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
