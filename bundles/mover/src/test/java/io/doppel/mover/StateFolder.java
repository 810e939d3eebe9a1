package io.doppel.mover;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
