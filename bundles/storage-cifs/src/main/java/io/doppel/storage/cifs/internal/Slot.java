package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbShare;

/** The place of one connection, which is opened when it is needed and opened anew when it was lost. Safe for several threads. */
final class Slot {
    private static final long QUIET_NS = 20_000_000_000L;
    private static final long ECHO_MS = 5_000;

    /** Opens a connection. */
    interface Opener {
        /** @param previous the session that was lost, or 0 */
        Link open(long previous) throws SmbException, DoppelException;
    }

    private final Opener opener;
    private volatile Link link;
    private long lost;
    private volatile boolean closed;

    Slot(Opener opener) {
        this.opener = opener;
    }

    /** The connection, open as far as is known. */
    synchronized Link link() throws SmbException, DoppelException {
        if (link != null && isDead(link.share())) {
            drop(link);
        }
        if (link == null) {
            Link opened = opener.open(lost);
            lost = 0;
            link = opened;
            if (closed) {
                opened.share().close();
            }
        }
        return link;
    }

    private static boolean isDead(SmbShare share) {
        if (!share.isOpen()) {
            return true;
        }
        if (share.silence() > QUIET_NS) {
            try {
                // Whatever forgets connections on the way forgets the quiet ones, and says nothing.
                share.echo(ECHO_MS);
            } catch (SmbException e) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is a connection now. */
    boolean isConnected() {
        Link now = link;
        return now != null && now.share().isOpen();
    }

    /** Gives up a connection that turned out to be of no use. */
    synchronized void drop(Link useless) {
        if (link == useless) {
            lost = useless.share().session();
            link = null;
            useless.share().close();
        }
    }

    /** Breaks the connection off, also while others use it. */
    void close() {
        closed = true;
        Link now = link;
        if (now != null) {
            now.share().close();
        }
    }
}
