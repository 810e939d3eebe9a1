package io.doppel.storage.cifs.internal.smb;

import java.io.IOException;
import java.util.Locale;

/** A failure of the protocol or what the server answered. */
public final class SmbException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What failed. */
    public enum Kind {
        /** The server answered with a status. */
        STATUS,
        /** There is no connection, or it ended, or no answer came in time; whether the request was done is unknown. */
        LOST,
        /** The server speaks no dialect that is allowed. */
        DIALECT,
        /** Encryption is required here and the server does not offer it. */
        ENCRYPTION,
        /** An answer was not signed, or wrongly: somebody is in between, or the server does not know our key. */
        SIGNING,
        /** The server took us for a guest. */
        GUEST,
        /** The server's answers do not follow the protocol. */
        PROTOCOL
    }

    private final Kind kind;
    private final int status;

    private SmbException(Kind kind, int status, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.status = status;
    }

    static SmbException status(int status, String doing) {
        return new SmbException(Kind.STATUS, status, doing + ": " + SmbStatus.name(status), null);
    }

    static SmbException lost(String message, Throwable cause) {
        return new SmbException(Kind.LOST, 0, message, cause);
    }

    static SmbException protocol(String message) {
        return new SmbException(Kind.PROTOCOL, 0, "The server breaks the protocol: " + message, null);
    }

    static SmbException of(Kind kind, String message) {
        return new SmbException(kind, 0, message, null);
    }

    /** The same for another thread that it ends, too. */
    SmbException again() {
        return new SmbException(kind, status, getMessage(), this);
    }

    /** What failed. */
    public Kind kind() {
        return kind;
    }

    /** The NTSTATUS of {@link Kind#STATUS}, otherwise 0. */
    public int status() {
        return status;
    }

    /** Whether the server answered with one of these. */
    public boolean isStatus(int... some) {
        if (kind == Kind.STATUS) {
            for (int one : some) {
                if (one == status) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the connection is of no further use. */
    public boolean endsConnection() {
        return kind != Kind.STATUS || SmbStatus.endsSession(status);
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + ": " + getMessage();
    }
}
