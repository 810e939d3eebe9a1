package io.doppel.storage.local.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The vault's folder: paths in it, whether it is still the same one, and folders below it that are durable. */
final class Folder {
    /** Known-durable folders are remembered up to this many; forgetting costs a flush, nothing else. */
    private static final int REMEMBERED = 8192;

    private final FileOps ops;
    private final Path root;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();
    private volatile Object identity;

    /** @param root absolute, without symbolic links in it */
    Folder(FileOps ops, Path root) {
        this.ops = ops;
        this.root = root;
    }

    Path root() {
        return root;
    }

    Path temps() {
        return root.resolve(".tmp");
    }

    /** The path of a name that was checked. */
    Path path(String name) {
        return root.resolve(name);
    }

    /** Remembers the folder that is there now as the one that shall stay there. */
    void pin() throws IOException {
        identity = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Whether the folder was there at some time. */
    boolean isPinned() {
        return identity != null;
    }

    /**
     * Checks that the folder is the one that was opened: a file system that is no longer mounted leaves an empty folder
     * behind, in which nothing must seem to be missing and nothing may be written.
     */
    void checkSame() throws DoppelException {
        if (!isPinned()) {
            return;
        }
        try {
            Object now = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
            if (identity.equals(now)) {
                return;
            }
        } catch (IOException e) {
            throw gone(e);
        }
        throw gone(null);
    }

    private DoppelException gone(IOException cause) {
        return new DoppelException(
                StorageError.UNREACHABLE, "The folder " + root + " is no longer the one that was opened", cause);
    }

    /** Refuses a path that symbolic links lead elsewhere; the last part need not exist. */
    void checkInside(Path path) throws DoppelException, IOException {
        Path above = path.getParent();
        if (!above.toRealPath().equals(above)) {
            throw leadsElsewhere(path);
        }
    }

    DoppelException leadsElsewhere(Path path) {
        return new DoppelException(
                StorageError.DENIED, path + " is or goes through a symbolic link; a vault's folder holds none");
    }

    /** Makes a folder and those above it, as far as they are not there, and their names durable. */
    void makeDurable(Path folder) throws IOException {
        if (folder.equals(root) || durable.contains(folder)) {
            return;
        }
        makeDurable(folder.getParent());
        makeFolder(folder);
        // Even if it was there: whoever made it may have died before making its name durable.
        ops.syncFolder(folder.getParent());
        if (durable.size() >= REMEMBERED) {
            durable.clear();
        }
        durable.add(folder);
    }

    /** Makes the vault's folder itself, unless it was there when it was looked for, and its name durable. */
    void makeRoot() throws IOException {
        boolean made = !isPinned() && makeFolder(root);
        if (!isPinned()) {
            pin();
        }
        if (root.getParent() == null) {
            return;
        }
        try {
            ops.syncFolder(root.getParent());
        } catch (AccessDeniedException e) {
            if (made) {
                throw e;
            }
            // Whoever made it could read the folder above; we may not, so it was not us.
        }
    }

    /** Makes a folder, not yet durable, unless it is there; whether it was made. */
    boolean makeFolder(Path folder) throws IOException {
        try {
            ops.makeFolder(folder);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            return false;
        }
    }

    /** Forgets what is known to be durable, after something vanished. */
    void forgetDurable() {
        durable.clear();
    }

    /** Makes the names of all objects durable. */
    void flushNames() throws IOException {
        flushBelow(root);
    }

    private void flushBelow(Path folder) throws IOException {
        try (var entries = Files.newDirectoryStream(
                folder, p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS) && !p.equals(temps()))) {
            for (Path inner : entries) {
                flushBelow(inner);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        ops.syncFolder(folder);
    }
}
