package io.doppel.storage.local.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/** Makes a folder ready for writing and checks that it can do what objects need. */
final class FolderSetup {
    private final FileOps ops;
    private final Folder folder;

    FolderSetup(FileOps ops, Folder folder) {
        this.ops = ops;
        this.folder = folder;
    }

    WriterSession start() throws DoppelException, IOException {
        folder.makeRoot();
        try {
            folder.makeFolder(folder.temps());
        } catch (FileAlreadyExistsException e) {
            throw folder.leadsElsewhere(folder.temps());
        }
        WriterSession session = WriterSession.start(folder.temps());
        boolean ready = false;
        try {
            checkLinks(session);
            new TempSweep(ops, folder.temps(), folder::flushNames).run();
            ready = true;
            return session;
        } finally {
            if (!ready) {
                session.close();
            }
        }
    }

    private void checkLinks(WriterSession session) throws DoppelException, IOException {
        Path file = session.nextFile();
        Path name = session.nextFile();
        try {
            ops.create(file).close();
            link(file, name);
            try {
                ops.link(file, name);
                throw unsuitable("gives one name to two files", null);
            } catch (FileAlreadyExistsException expected) {
                // This is what makes objects exclusive.
            }
        } finally {
            ops.remove(name);
            ops.remove(file);
        }
    }

    private void link(Path file, Path name) throws DoppelException {
        try {
            ops.link(file, name);
        } catch (IOException e) {
            DoppelException failure = new Failures(folder.root()).of(e, "link files");
            throw failure.is(StorageError.FULL) ? failure : unsuitable("has no hard links", e);
        } catch (UnsupportedOperationException e) {
            throw unsuitable("has no hard links", e);
        }
    }

    private DoppelException unsuitable(String why, Exception cause) {
        return new DoppelException(StorageError.UNSUITABLE, "The file system of " + folder.root() + " " + why, cause);
    }
}
