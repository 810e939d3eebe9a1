package io.doppel.storage.cifs.internal;

import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection and the names of temporary files made through it. {@code .tmp} has {@code cifs-<id>-<number>} for each of them, and
 * {@code cifs-<id>-lock}, which is open and shared with nobody for as long as the connection lives: that the server does not let it be
 * opened is the sign that the others belong to somebody. The plug-in for local folders takes no notice of names without a dot.
 */
final class Link {
    static final String PREFIX = "cifs-";
    static final String LOCK = "-lock";

    private final SmbShare share;
    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final AtomicLong files = new AtomicLong();
    private boolean locked;
    private boolean ready;

    Link(SmbShare share) {
        this.share = share;
    }

    SmbShare share() {
        return share;
    }

    /** A name that nobody else uses. */
    String nextTemporary() {
        return PREFIX + id + "-" + files.incrementAndGet();
    }

    /** Makes the lock file, which stays open as long as the connection; the server removes it then, if it lives itself. */
    synchronized void lockOnce(CifsFolder folder) throws SmbException {
        if (!locked) {
            share.open(
                    folder.temp(PREFIX + id + LOCK),
                    SmbShare.DELETE,
                    SmbShare.SHARE_NONE,
                    SmbShare.CREATE_NEW,
                    SmbShare.A_FILE | SmbShare.DELETE_ON_CLOSE);
            locked = true;
        }
    }

    /** Something done once for a connection, before its first temporary file. */
    interface Preparation<E1 extends Exception, E2 extends Exception> {
        void run() throws E1, E2;
    }

    synchronized <E1 extends Exception, E2 extends Exception> void prepareOnce(Preparation<E1, E2> preparation)
            throws E1, E2 {
        if (!ready) {
            preparation.run();
            ready = true;
        }
    }
}
