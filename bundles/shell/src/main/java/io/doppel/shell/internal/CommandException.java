package io.doppel.shell.internal;

/**
 * Ends a command with status 1. Karaf knows failures that are no faults by this very class name: it shows the message
 * without a stack trace and keeps it out of the log. A message of null shows nothing, for it was said on standard error.
 */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message, null, false, false);
    }
}
