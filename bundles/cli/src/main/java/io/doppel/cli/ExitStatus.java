package io.doppel.cli;

/** What {@code bin/doppel} exits with, beside the status of the command it ran. */
final class ExitStatus {
    /** The command line makes no sense. */
    static final int USAGE = 64;
    /** No server answers, or it ended before it was ready. */
    static final int UNAVAILABLE = 69;
    /** The client or its key files are broken, or the server is not the one that was pinned. */
    static final int INTERNAL = 70;
    /** Stopped with Ctrl-C. */
    static final int INTERRUPTED = 130;

    private ExitStatus() {}
}
