package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The real file system; keeps what succeeded, in order. */
final class RecordingOps implements FileOps {
    private final FileOps real = new DiskOps();
    private final List<Op> log = new ArrayList<>();
    private Consumer<Op> before = op -> {};

    /** Calls this before each operation, in its thread. */
    void before(Consumer<Op> action) {
        before = action;
    }

    synchronized List<Op> log() {
        return List.copyOf(log);
    }

    synchronized void mark(Op.Kind kind, Path object, byte[] content) {
        log.add(new Op(kind, object, null, content));
    }

    private interface Action {
        void run() throws IOException;
    }

    private void run(Op op, Action action) throws IOException {
        before.accept(op);
        synchronized (this) {
            action.run();
            log.add(op);
        }
    }

    private void run(Op.Kind kind, Path path, Action action) throws IOException {
        run(new Op(kind, path, null, null), action);
    }

    @Override
    public NewFile create(Path file) throws IOException {
        NewFile[] made = new NewFile[1];
        run(Op.Kind.CREATE, file, () -> made[0] = real.create(file));
        return new NewFile() {
            @Override
            public void write(byte[] buffer, int from, int length) throws IOException {
                byte[] bytes = Arrays.copyOfRange(buffer, from, from + length);
                run(new Op(Op.Kind.WRITE, file, null, bytes), () -> made[0].write(buffer, from, length));
            }

            @Override
            public void sync() throws IOException {
                run(Op.Kind.SYNC_FILE, file, made[0]::sync);
            }

            @Override
            public void close() throws IOException {
                made[0].close();
            }
        };
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        run(new Op(Op.Kind.LINK, existing, name, null), () -> real.link(existing, name));
    }

    @Override
    public void remove(Path name) throws IOException {
        run(Op.Kind.REMOVE, name, () -> real.remove(name));
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        run(Op.Kind.MAKE_FOLDER, folder, () -> real.makeFolder(folder));
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        run(Op.Kind.SYNC_FOLDER, folder, () -> real.syncFolder(folder));
    }
}
