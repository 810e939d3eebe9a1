package io.doppel.storage.local.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Tells what an {@link IOException} means for a caller. */
final class Failures {
    /** With less than this free, a write that failed failed for want of space, whatever the message's language. */
    private static final long NEXT_TO_NOTHING = 64 << 10;

    private final Path folder;

    Failures(Path folder) {
        this.folder = folder;
    }

    /**
     * Of something that needs no space.
     *
     * @param doing what was tried, to follow "Cannot"
     */
    DoppelException of(IOException e, String doing) {
        return failure(kind(e, false), e, doing);
    }

    /** Of writing before an object has its name. */
    DoppelException ofWriting(IOException e, String doing) {
        return failure(kind(e, true), e, doing);
    }

    /** Behind the point where an object got its name: whatever the reason, the object may be there now. */
    DoppelException unsettled(IOException e, String doing) {
        return failure(StorageError.IO, e, doing);
    }

    private DoppelException failure(StorageError kind, IOException e, String doing) {
        return new DoppelException(kind, "Cannot " + doing + " in " + folder + " (" + reason(e) + ")", e);
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private StorageError kind(IOException e, boolean needsSpace) {
        String reason = reason(e);
        if (e instanceof EOFException) {
            return StorageError.TOO_SHORT;
        }
        if (e instanceof AccessDeniedException || reason.contains("Operation not permitted")) {
            return StorageError.DENIED;
        }
        if (e instanceof NoSuchFileException
                || reason.contains("Stale file handle")
                || reason.contains("not connected")) {
            return StorageError.UNREACHABLE;
        }
        if (reason.contains("No space left") || reason.contains("quota exceeded")) {
            return StorageError.FULL;
        }
        if (reason.contains("Read-only file system")) {
            return StorageError.READ_ONLY;
        }
        return fromFileStore(needsSpace);
    }

    /** Messages come in the language of the system; the state of the file system does not. */
    private StorageError fromFileStore(boolean needsSpace) {
        try {
            FileStore store = Files.getFileStore(folder);
            if (store.isReadOnly()) {
                return StorageError.READ_ONLY;
            }
            return needsSpace && store.getUsableSpace() < NEXT_TO_NOTHING ? StorageError.FULL : StorageError.IO;
        } catch (IOException gone) {
            return StorageError.UNREACHABLE;
        }
    }
}
