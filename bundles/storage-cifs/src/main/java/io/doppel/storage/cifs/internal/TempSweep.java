package io.doppel.storage.cifs.internal;

import io.doppel.storage.cifs.internal.smb.SmbEntry;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbHandle;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import io.doppel.storage.cifs.internal.smb.SmbStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Removes temporary files of connections that no longer live, see {@link Link}; those of the plug-in for local folders are its own. */
final class TempSweep {
    private static final Pattern OURS = Pattern.compile("(" + Link.PREFIX + "[0-9a-f]{32})-(lock|[0-9]+)");

    private final CifsFolder folder;
    private final SmbShare share;

    TempSweep(CifsFolder folder, SmbShare share) {
        this.folder = folder;
        this.share = share;
    }

    void run() throws SmbException {
        Map<String, List<String>> sessions = new TreeMap<>();
        for (SmbEntry entry : Listing.entries(share, folder.temps())) {
            Matcher name = OURS.matcher(entry.name());
            if (name.matches()) {
                List<String> files = sessions.computeIfAbsent(name.group(1), k -> new ArrayList<>());
                if (!entry.name().endsWith(Link.LOCK)) {
                    files.add(entry.name());
                }
            }
        }
        for (Map.Entry<String, List<String>> session : sessions.entrySet()) {
            if (isDead(session.getKey())) {
                for (String file : session.getValue()) {
                    sweep(file);
                }
                remove(session.getKey() + Link.LOCK);
            }
        }
    }

    private boolean isDead(String session) throws SmbException {
        try {
            share.close(share.open(
                    folder.temp(session + Link.LOCK),
                    SmbShare.DELETE,
                    SmbShare.SHARE_ALL,
                    SmbShare.OPEN,
                    SmbShare.A_FILE));
            return true;
        } catch (SmbException e) {
            if (CifsFolder.isAbsent(e)) {
                return true;
            }
            if (isBusy(e)) {
                return false;
            }
            throw e;
        }
    }

    private void sweep(String name) throws SmbException {
        try {
            SmbHandle handle =
                    share.open(folder.temp(name), SmbShare.DELETE, SmbShare.SHARE_ALL, SmbShare.OPEN, SmbShare.A_FILE);
            try {
                if (share.names(handle) > 1) {
                    // The object can be seen and may be relied on from now on, so its name must survive a power cut.
                    flushNames(folder.root());
                }
                share.deleteOnClose(handle);
            } finally {
                share.close(handle);
            }
        } catch (SmbException e) {
            if (!CifsFolder.isAbsent(e) && !isBusy(e)) {
                throw e;
            }
        }
    }

    private void remove(String name) throws SmbException {
        try {
            share.close(share.open(
                    folder.temp(name),
                    SmbShare.DELETE,
                    SmbShare.SHARE_ALL,
                    SmbShare.OPEN,
                    SmbShare.A_FILE | SmbShare.DELETE_ON_CLOSE));
        } catch (SmbException e) {
            if (!CifsFolder.isAbsent(e) && !isBusy(e)) {
                throw e;
            }
        }
    }

    private static boolean isBusy(SmbException e) {
        return e.isStatus(SmbStatus.SHARING_VIOLATION, SmbStatus.DELETE_PENDING, SmbStatus.ACCESS_DENIED);
    }

    private void flushNames(String path) throws SmbException {
        for (SmbEntry entry : Listing.entries(share, path)) {
            String inner = path.isEmpty() ? entry.name() : path + "\\" + entry.name();
            if (entry.folder() && !entry.link() && !inner.equals(folder.temps())) {
                flushNames(inner);
            }
        }
        folder.flushFolder(share, path);
    }
}
