package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The real file system. */
final class DiskOps implements FileOps {
    @Override
    public NewFile create(Path file) throws IOException {
        return new AppendingFile(file);
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        Files.createLink(name, existing);
    }

    @Override
    public void remove(Path name) throws IOException {
        Files.deleteIfExists(name);
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        Files.createDirectory(folder, Private.FOLDER);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        Uninterrupted.run(() -> {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        });
    }
}
