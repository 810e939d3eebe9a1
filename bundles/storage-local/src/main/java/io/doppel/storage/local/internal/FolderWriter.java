package io.doppel.storage.local.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One object being written: a temporary file, made durable, then linked to its name, which is exclusive whoever races, then
 * the name made durable. Methods lock because closing the storage aborts from another thread.
 */
final class FolderWriter implements ObjectWriter {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWriter.class);

    private final FileOps ops;
    private final Folder folder;
    private final String name;
    private final Path temp;
    private final FileOps.NewFile file;
    private final Consumer<FolderWriter> ended;
    private boolean open = true;

    FolderWriter(FileOps ops, Folder folder, String name, Path temp, Consumer<FolderWriter> ended) throws IOException {
        this.ops = ops;
        this.folder = folder;
        this.name = name;
        this.temp = temp;
        this.ended = ended;
        this.file = ops.create(temp);
    }

    @Override
    public synchronized void write(byte[] buffer, int from, int length) throws DoppelException {
        Objects.checkFromIndexSize(from, length, buffer.length);
        checkOpen();
        try {
            file.write(buffer, from, length);
        } catch (IOException e) {
            throw new Failures(folder.root()).ofWriting(e, "write object '" + name + "'");
        }
    }

    @Override
    public synchronized void commit() throws DoppelException {
        checkOpen();
        try {
            file.sync();
            file.close();
            folder.checkSame();
            publish();
        } catch (IOException e) {
            folder.forgetDurable();
            throw new Failures(folder.root()).ofWriting(e, "store object '" + name + "'");
        } finally {
            close();
        }
    }

    private void publish() throws DoppelException, IOException {
        Path path = folder.path(name);
        try {
            folder.makeDurable(path.getParent());
        } catch (FileAlreadyExistsException e) {
            throw inTheWay(Path.of(e.getFile()));
        }
        folder.checkInside(path);
        boolean taken = false;
        try {
            ops.link(temp, path);
        } catch (FileAlreadyExistsException e) {
            taken = true;
        }
        // If the name is taken, too: the caller may rely on the other's object, whose writer may not have come so far.
        try {
            ops.syncFolder(path.getParent());
        } catch (IOException e) {
            folder.forgetDurable();
            throw new Failures(folder.root()).unsettled(e, "make the name of object '" + name + "' durable");
        }
        if (taken) {
            throw new DoppelException(StorageError.EXISTS, "Object '" + name + "' exists in " + folder.root());
        }
    }

    private DoppelException inTheWay(Path path) {
        if (Files.isSymbolicLink(path)) {
            return folder.leadsElsewhere(path);
        }
        return new DoppelException(
                StorageError.BAD_NAME, "Object '" + name + "' cannot be stored below " + path + ", which is no folder");
    }

    private void checkOpen() throws DoppelException {
        if (!open) {
            throw new DoppelException(StorageError.IO, "The writer of object '" + name + "' is closed");
        }
    }

    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        open = false;
        try {
            file.close();
            ops.remove(temp);
        } catch (IOException e) {
            // The next one to open the storage sweeps it.
            LOG.warn("Cannot remove the temporary file {}: {}", temp, e.toString());
        }
        ended.accept(this);
    }
}
