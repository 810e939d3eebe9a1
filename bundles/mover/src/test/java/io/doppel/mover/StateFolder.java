package io.doppel.mover;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** A server's folder of a vault with all that is in it, copied as by a clone of the machine, or put back as from an old copy. */
final class StateFolder {
    private StateFolder() {}

    /** Copies the folder to where there is nothing yet; the server may go on meanwhile. */
    static Path copy(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            Path target = to.resolve(from.relativize(file).toString());
            try {
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            } catch (NoSuchFileException e) {
                // renamed or deleted by a server that goes on
                if (Files.exists(file)) {
                    throw e;
                }
            }
        }
        return to;
    }

    /** What is there now is gone, and the copy in its place. */
    static void restore(Path copy, Path to) throws IOException {
        List<Path> old = files(to);
        for (int i = old.size() - 1; i >= 0; i--) {
            Files.delete(old.get(i));
        }
        copy(copy, to);
    }

    /** The folder, then all that is in it; what goes while it is looked at is left out. */
    private static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                files.add(directory);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException && !file.equals(folder)) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
        return files;
    }
}
