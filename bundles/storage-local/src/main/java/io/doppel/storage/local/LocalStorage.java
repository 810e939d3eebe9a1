package io.doppel.storage.local;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.local.internal.FolderStorage;
import java.nio.file.Path;

/** Opens a folder of this machine as a storage target, for programs that run without OSGi. */
public final class LocalStorage {
    private LocalStorage() {}

    /**
     * Opens a folder for reading and writing. A folder that does not exist, inside one that does, is made by the first
     * {@code put}: until then the storage is empty, and merely opening it leaves nothing behind. On a file system mounted
     * read-only the result is as of {@link #openReadOnly}.
     *
     * @param folder the folder; only Doppel's own files belong in it
     * @throws DoppelException {@link StorageError#UNREACHABLE} if neither the folder nor the one above exists; {@link
     *     StorageError#DENIED} without the rights; {@link StorageError#UNSUITABLE} if it is no folder or its file system has
     *     no hard links
     */
    public static Storage open(Path folder) throws DoppelException {
        return FolderStorage.open(folder);
    }

    /**
     * Opens an existing folder for reading only: nothing at all is written in it.
     *
     * @throws DoppelException {@link StorageError#UNREACHABLE} if it does not exist; {@link StorageError#DENIED}; {@link
     *     StorageError#UNSUITABLE} if it is no folder
     */
    public static Storage openReadOnly(Path folder) throws DoppelException {
        return FolderStorage.openReadOnly(folder);
    }
}
