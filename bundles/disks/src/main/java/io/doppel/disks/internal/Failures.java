package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Turns the system's failures into coded errors. */
public final class Failures {
    private Failures() {}

    /**
     * @param what the file or thing concerned
     */
    public static DoppelException of(IOException e, String what) {
        if (e instanceof NoSuchFileException) {
            return new DoppelException(DiskError.NOT_FOUND, what + " does not exist", e);
        }
        if (e instanceof AccessDeniedException) {
            return new DoppelException(DiskError.DENIED, "Access to " + what + " was denied", e);
        }
        if (e instanceof FileAlreadyExistsException) {
            return new DoppelException(DiskError.EXISTS, what + " exists already", e);
        }
        if (e instanceof ClosedChannelException) {
            return new DoppelException(DiskError.CLOSED, what + " was closed", e);
        }
        if (isFull(e)) {
            return new DoppelException(DiskError.FULL, "No space left while writing " + what, e);
        }
        return new DoppelException(DiskError.IO, what + ": " + reason(e), e);
    }

    /** Java gives no error number; the server runs in the C locale's language, so the system's words are known. */
    private static boolean isFull(IOException e) {
        String reason = reason(e).toLowerCase(Locale.ROOT);
        return reason.contains("no space left")
                || reason.contains("quota exceeded")
                || reason.contains("error 28")
                || reason.contains("error 122");
    }

    private static String reason(IOException e) {
        String text = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        return text == null ? e.getClass().getSimpleName() : text;
    }
}
