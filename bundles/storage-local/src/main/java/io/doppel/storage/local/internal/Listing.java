package io.doppel.storage.local.internal;

import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectNames;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Consumer;

/** Walks folders without holding more than one entry of each; files that can be no objects are left out. */
final class Listing {
    private static final int DEPTH = 8;

    private final Path root;
    private final Consumer<ObjectInfo> consumer;

    Listing(Path root, Consumer<ObjectInfo> consumer) {
        this.root = root;
        this.consumer = consumer;
    }

    /** Tells what is at the path or below it. */
    void walk(Path path) throws IOException {
        Optional<BasicFileAttributes> found = attributes(path);
        if (found.isEmpty()) {
            return;
        }
        BasicFileAttributes attributes = found.get();
        if (attributes.isRegularFile()) {
            consumer.accept(info(root.relativize(path).toString(), attributes));
        } else if (attributes.isDirectory()
                && (path.equals(root) || root.relativize(path).getNameCount() < DEPTH)) {
            walkFolder(path);
        }
    }

    private void walkFolder(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (ObjectNames.isPart(entry.getFileName().toString())) {
                    walk(entry);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    static ObjectInfo info(String name, BasicFileAttributes attributes) {
        return new ObjectInfo(
                name, attributes.size(), attributes.lastModifiedTime().toInstant());
    }

    /** What the path itself is, empty if it is not there. */
    static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if (goesThroughFile(path)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean goesThroughFile(Path path) {
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                return true;
            }
        }
        return false;
    }
}
