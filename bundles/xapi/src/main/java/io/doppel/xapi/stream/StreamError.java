package io.doppel.xapi.stream;

import io.doppel.api.error.ErrorCode;

/** What can go wrong with streams from and to a pool, and with the disks read and written through them. */
public enum StreamError implements ErrorCode {
    /** Another status than 200. */
    REFUSED(
            "DPL-XTR-0001",
            true,
            "A host of the pool refused to send or to take a stream.",
            "See the reason that is named and the log of that host (xensource.log), then try again."),
    /** The connection ended too early. */
    BROKEN(
            "DPL-XTR-0002",
            true,
            "A stream from or to the pool ended before it was complete.",
            "Check the network and the host, then try again."),
    /** Nothing came or went for too long. */
    STALLED(
            "DPL-XTR-0003",
            true,
            "A stream from or to the pool made no progress for too long and was ended.",
            "Check the load of the host, of its storage and of the network, then try again."),
    /** A failure inside a stream that began well. */
    FAILED_INSIDE(
            "DPL-XTR-0004",
            true,
            "A host of the pool answered with a failure in the middle of a stream that it had begun.",
            "See the reason that is named; the disk may be attached elsewhere or its storage may have failed."),
    /** A redirect that is not followed. */
    REDIRECT(
            "DPL-XTR-0005",
            false,
            "A host of the pool redirected a stream to a place that is not trusted; nothing was sent there.",
            "Check that all hosts of the pool use TLS, that their certificates are confirmed, and the address map."),
    /** The task did not end. */
    UNDECIDED(
            "DPL-XTR-0006",
            true,
            "The pool did not say how a stream ended, so it counts as failed.",
            "Check that the pool's master runs and was not replaced meanwhile, then try again."),
    /** No room for the spool. */
    NO_ROOM(
            "DPL-XTR-0007",
            true,
            "The folder for temporary files has too little free space to hold what a stream brings.",
            "Free space on the server's data disk, or make the pool's disks readable over NBD, which needs no such space."),
    /** The spool failed. */
    SPOOL(
            "DPL-XTR-0008",
            true,
            "Writing or reading a temporary file of a stream failed.",
            "Check the server's data disk, then try again."),
    /** An access that cannot be. */
    BAD_ACCESS(
            "DPL-XTR-0009",
            false,
            "What was said about how to reach a disk of the pool is not complete or makes no sense.",
            "Run the job again; if it happens again, report it with the log of the server."),
    /** The stream has another disk. */
    WRONG_DISK(
            "DPL-XTR-0010",
            true,
            "A stream from the pool does not hold the disk that was asked for, or one of another size.",
            "Run the job again; if it happens again, report it with the log of the server."),
    /** The stream's format is broken. */
    BAD_STREAM(
            "DPL-XTR-0011",
            true,
            "What a host of the pool sent is no valid disk or machine stream.",
            "Try again; if it happens again, check the disk on the pool and report it."),
    /** An import that failed before. */
    IMPORT_LOST(
            "DPL-XTR-0012",
            true,
            "An import into a disk of the pool failed before, so that nothing more can be written to it.",
            "Run the restore again; it uses a new disk.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    StreamError(String id, boolean retryable, String meaning, String advice) {
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
