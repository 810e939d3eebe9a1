package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.transport.nbd.NbdError;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** Gives failures their code. */
final class Failures {
    private static final int TLS_REQUIRED = 5;
    private static final int UNKNOWN = 6;
    private static final int SHUTTING_DOWN = 7;

    private Failures() {}

    /** A connection could not be made. */
    static DoppelException unreachable(NbdTarget target, IOException e) {
        String why = e instanceof UnknownHostException
                ? "the name has no address"
                : e instanceof SocketTimeoutException ? "nobody answers" : String.valueOf(e.getMessage());
        return new DoppelException(NbdError.UNREACHABLE, target.peer() + " cannot be connected to: " + why, e);
    }

    /** A connection is of no use any more. */
    static DoppelException broken(NbdTarget target, IOException e) {
        if (e instanceof SocketTimeoutException) {
            return new DoppelException(NbdError.TIMEOUT, "The server of " + target + " did not answer in time", e);
        }
        if (e instanceof ProtocolException) {
            return new DoppelException(NbdError.PROTOCOL, "From the server of " + target + ": " + e.getMessage(), e);
        }
        String why = e instanceof EOFException || e.getMessage() == null ? "" : ": " + e.getMessage();
        return new DoppelException(NbdError.LOST, "The connection to " + target + " broke" + why, e);
    }

    /** The server answers an option with an error. */
    static DoppelException refused(NbdTarget target, Options.Reply reply, String what) {
        String said = target.serverText().of(reply.text());
        return switch (reply.error()) {
            case TLS_REQUIRED ->
                new DoppelException(NbdError.TLS_DEMANDED, target.peer() + " demands TLS for " + target + said);
            case UNKNOWN -> new DoppelException(NbdError.UNKNOWN_EXPORT, target + " does not exist" + said);
            case SHUTTING_DOWN -> new DoppelException(NbdError.SHUTDOWN, target.peer() + " is being stopped" + said);
            default ->
                new DoppelException(
                        NbdError.REFUSED,
                        what + " was refused by the server of " + target + ", error " + reply.error() + said);
        };
    }

    /**
     * The server answers a request with an error.
     *
     * @param what the request, with its offset
     * @param said the server's own words, in brackets behind a space, or nothing
     */
    static DoppelException failed(NbdTarget target, String what, int error, String said) {
        NbdError code = switch (error) {
            case Proto.EPERM -> NbdError.DENIED;
            case Proto.ENOMEM -> NbdError.NO_MEMORY;
            case Proto.EINVAL, Proto.EOVERFLOW, Proto.ENOTSUP -> NbdError.REJECTED;
            case Proto.ENOSPC -> NbdError.FULL;
            case Proto.ESHUTDOWN -> NbdError.SHUTDOWN;
            default -> NbdError.IO;
        };
        return new DoppelException(code, what + " of " + target + " failed with the server's error " + error + said);
    }

    /** Something was used after its end. */
    static DoppelException closed(NbdTarget target) {
        return new DoppelException(NbdError.CLOSED, target + " was closed");
    }
}
