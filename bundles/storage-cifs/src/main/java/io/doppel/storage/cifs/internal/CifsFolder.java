package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbHandle;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import io.doppel.storage.cifs.internal.smb.SmbStatus;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The vault's folder on the share: paths in it, whether it is still the same one, and folders below it that are durable. */
final class CifsFolder {
    private static final Logger LOG = LoggerFactory.getLogger(CifsFolder.class);

    /** Known-durable folders are remembered up to this many; forgetting costs a flush, nothing else. */
    private static final int REMEMBERED = 8192;

    private static final int[] ABSENT = {
        SmbStatus.OBJECT_NAME_NOT_FOUND,
        SmbStatus.OBJECT_PATH_NOT_FOUND,
        SmbStatus.NO_SUCH_FILE,
        SmbStatus.NOT_A_DIRECTORY,
        SmbStatus.FILE_IS_A_DIRECTORY
    };

    private final String place;
    private final String root;
    private final Set<String> durable = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile Long number;

    /**
     * @param place for messages
     * @param root path of the folder on the share; empty for the share itself
     */
    CifsFolder(String place, String root) {
        this.place = place;
        this.root = root;
    }

    String place() {
        return place;
    }

    String root() {
        return root;
    }

    String temps() {
        return below(".tmp");
    }

    String temp(String name) {
        return temps() + "\\" + name;
    }

    /** The path of a name that was checked. */
    String path(String name) {
        return below(name.replace('/', '\\'));
    }

    private String below(String path) {
        return root.isEmpty() || path.isEmpty() ? root + path : root + "\\" + path;
    }

    /** The folder that a path is in; the share's own path is empty. */
    static String above(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('\\')));
    }

    static boolean isAbsent(SmbException e) {
        return e.isStatus(ABSENT);
    }

    /** Whether the folder was there at some time. */
    boolean isPinned() {
        return number != null;
    }

    /** Remembers the folder that is there now as the one that shall stay there; whether there is one. */
    boolean pin(SmbShare share) throws SmbException {
        Optional<Long> found = find(share);
        found.ifPresent(n -> number = n);
        return found.isPresent();
    }

    /**
     * Checks that the folder is the one that was opened: a file system that the server lost leaves an empty folder behind, in which nothing
     * must seem to be missing and nothing may be written.
     */
    void checkSame(SmbShare share) throws SmbException, DoppelException {
        Long expected = number;
        if (expected != null && !find(share).filter(expected::equals).isPresent()) {
            throw new DoppelException(
                    StorageError.UNREACHABLE, "The folder " + place + " is no longer the one that was opened");
        }
    }

    private Optional<Long> find(SmbShare share) throws SmbException {
        SmbHandle handle;
        try {
            handle = openFolder(share, root, SmbShare.READ_ATTRIBUTES);
        } catch (SmbException e) {
            if (isAbsent(e)) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return Optional.of(share.number(handle));
        } finally {
            share.closeSoon(handle);
        }
    }

    static SmbHandle openFolder(SmbShare share, String path, int access) throws SmbException {
        return share.open(path, access, SmbShare.SHARE_ALL, SmbShare.OPEN, SmbShare.A_FOLDER);
    }

    /** Makes a folder and those above it, as far as they are not there, and their names durable. */
    void makeDurable(SmbShare share, String folder) throws SmbException {
        if (folder.equals(root) || durable.contains(folder)) {
            return;
        }
        makeDurable(share, above(folder));
        makeFolder(share, folder);
        // Even if it was there: whoever made it may have died before making its name durable.
        flushFolder(share, above(folder));
        if (durable.size() >= REMEMBERED) {
            durable.clear();
        }
        durable.add(folder);
    }

    /** Makes the vault's folder itself, unless it was there when it was looked for, and its name durable. */
    void makeRoot(SmbShare share) throws SmbException {
        if (isPinned()) {
            return;
        }
        makeFolder(share, root);
        pin(share);
        flushFolder(share, above(root));
    }

    /** Makes a folder, not yet durable, unless it is there; fails with NOT_A_DIRECTORY if a file has its name. */
    static void makeFolder(SmbShare share, String path) throws SmbException {
        try {
            share.closeSoon(share.open(
                    path, SmbShare.READ_ATTRIBUTES, SmbShare.SHARE_ALL, SmbShare.CREATE_NEW, SmbShare.A_FOLDER));
        } catch (SmbException e) {
            if (!e.isStatus(SmbStatus.OBJECT_NAME_COLLISION)) {
                throw e;
            }
            share.closeSoon(openFolder(share, path, SmbShare.READ_ATTRIBUTES));
        }
    }

    /**
     * Makes the entries of a folder durable. Samba does fsync on it. A server that cannot flush folders says so; then a flush of the file
     * after it got its name, which is done as well, must do, and the log tells it once.
     */
    void flushFolder(SmbShare share, String path) throws SmbException {
        SmbHandle handle = openFolder(share, path, SmbShare.ADD_FILE | SmbShare.ADD_FOLDER);
        try {
            share.flush(handle);
        } catch (SmbException e) {
            if (!e.isStatus(
                    SmbStatus.NOT_SUPPORTED,
                    SmbStatus.NOT_IMPLEMENTED,
                    SmbStatus.INVALID_DEVICE_REQUEST,
                    SmbStatus.INVALID_PARAMETER,
                    SmbStatus.ACCESS_DENIED)) {
                throw e;
            }
            if (told.compareAndSet(false, true)) {
                LOG.warn(
                        "The server of {} cannot flush folders ({}): names of new objects are as durable as a flush of"
                                + " the named file makes them",
                        place,
                        e.getMessage());
            }
        } finally {
            share.closeSoon(handle);
        }
    }

    /** Forgets what is known to be durable, after something vanished or the server was lost. */
    void forgetDurable() {
        durable.clear();
    }
}
