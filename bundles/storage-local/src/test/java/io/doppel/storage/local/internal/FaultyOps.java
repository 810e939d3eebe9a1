package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** The real file system with one kind of operation that fails. */
final class FaultyOps implements FileOps {
    private final FileOps real = new DiskOps();
    private Op.Kind failing;
    private String reason;

    /** From now on operations of the kind fail for the reason, as the JDK words it; null ends it. */
    void fail(Op.Kind kind, String why) {
        failing = kind;
        reason = why;
    }

    private void check(Op.Kind kind, Path path) throws IOException {
        if (kind == failing) {
            if (reason.equals("Permission denied")) {
                throw new AccessDeniedException(path.toString());
            }
            throw kind == Op.Kind.WRITE || kind == Op.Kind.SYNC_FILE
                    ? new IOException(reason)
                    : new FileSystemException(path.toString(), null, reason);
        }
    }

    @Override
    public NewFile create(Path file) throws IOException {
        check(Op.Kind.CREATE, file);
        NewFile made = real.create(file);
        return new NewFile() {
            @Override
            public void write(byte[] buffer, int from, int length) throws IOException {
                check(Op.Kind.WRITE, file);
                made.write(buffer, from, length);
            }

            @Override
            public void sync() throws IOException {
                check(Op.Kind.SYNC_FILE, file);
                made.sync();
            }

            @Override
            public void close() throws IOException {
                made.close();
            }
        };
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        check(Op.Kind.LINK, name);
        real.link(existing, name);
    }

    @Override
    public void remove(Path name) throws IOException {
        check(Op.Kind.REMOVE, name);
        real.remove(name);
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        check(Op.Kind.MAKE_FOLDER, folder);
        real.makeFolder(folder);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        check(Op.Kind.SYNC_FOLDER, folder);
        real.syncFolder(folder);
    }
}
