package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** File operations that are durable on return, and their failures. */
final class FolderFiles {
    private FolderFiles() {}

    /** Names in a folder, sorted, without following links. */
    static List<Path> list(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(found::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        found.sort(null);
        return found;
    }

    static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    static boolean isFolder(Path file) {
        return Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes what was written to a file, or the names in a folder, durable. */
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Writes a file so that after a crash it is there whole or not at all. */
    static void writeWhole(Path file, byte[] content) throws IOException {
        Path half = file.resolveSibling(".half-" + file.getFileName());
        Files.write(half, content);
        sync(half);
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
        sync(file.getParent());
    }

    /** Deletes a folder with all in it; links are deleted, not followed. */
    static void deleteTree(Path folder) throws IOException {
        for (Path entry : list(folder)) {
            if (isFolder(entry)) {
                deleteTree(entry);
            } else {
                Files.delete(entry);
            }
        }
        Files.delete(folder);
        sync(folder.getParent());
    }

    /** The coded error for a failed write. */
    static DoppelException writeFailed(IOException e, Path where) {
        String text = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        String reason = text == null ? e.getClass().getSimpleName() : text;
        if (reason.contains("No space left") || reason.contains("quota exceeded")) {
            return new DoppelException(DiskError.FULL, "No space left while writing to " + where, e);
        }
        return new DoppelException(FolderError.WRITE_FAILED, where + ": " + reason, e);
    }
}
