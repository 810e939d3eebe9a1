package io.doppel.storage.local.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Finds the folder that a person named. Symbolic links on the way to it are fine, below it they are not. */
final class FolderFinder {
    private final FileOps ops;

    FolderFinder(FileOps ops) {
        this.ops = ops;
    }

    /** The folder, which must be there. */
    Folder find(Path named) throws DoppelException {
        try {
            Path real = named.toRealPath();
            if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
                throw new DoppelException(StorageError.UNSUITABLE, named + " is not a folder");
            }
            Folder folder = new Folder(ops, real);
            folder.pin();
            return folder;
        } catch (NoSuchFileException e) {
            throw new DoppelException(StorageError.UNREACHABLE, "The folder " + named + " does not exist", e);
        } catch (IOException e) {
            throw new Failures(named).of(e, "open the folder");
        }
    }

    /** The folder, or where it will be if only the folder above it is there. */
    Folder findOrPlan(Path named) throws DoppelException {
        Path absolute = named.toAbsolutePath().normalize();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS) || absolute.getParent() == null) {
            return find(named);
        }
        Folder above = find(absolute.getParent());
        if (!Files.isWritable(above.root())) {
            throw new DoppelException(
                    StorageError.DENIED, "The folder " + named + " cannot be made in " + above.root());
        }
        return new Folder(ops, above.root().resolve(absolute.getFileName()));
    }
}
