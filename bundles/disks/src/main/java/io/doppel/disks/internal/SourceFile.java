package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.FileState;
import io.doppel.spi.disk.ByteRange;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One file of an image, opened for reading, with the state it had then. */
final class SourceFile implements ByteSource, Closeable {
    /** Java copies through a buffer that each reading thread keeps; this is the most it may grow to. */
    private static final int MOST_AT_ONCE = 1 << 20;

    private final Path path;
    private final FileState state;
    private final SteadyChannel channel;
    private final Optional<SparseFile> sparse;

    private SourceFile(Path path, FileState state) throws IOException {
        this.path = path;
        this.state = state;
        this.channel = new SteadyChannel(path, Set.of(StandardOpenOption.READ));
        try {
            this.sparse = SparseFile.open(path, false);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Opens a regular file by its real path. */
    static SourceFile open(Path path) throws DoppelException {
        FileState before = FileStates.of(path);
        try {
            SourceFile opened = new SourceFile(path, before);
            try {
                opened.verifyUnchanged();
                return opened;
            } catch (DoppelException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
    }

    Path path() {
        return path;
    }

    FileState state() {
        return state;
    }

    @Override
    public long size() {
        return state.size();
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public void read(long position, byte[] buffer, int from, int length) throws DoppelException {
        if (position < 0 || position > size() - length) {
            throw new DoppelException(
                    DiskError.TRUNCATED,
                    path + " has " + size() + " bytes but refers to " + length + " bytes at " + position);
        }
        int done = 0;
        while (done < length) {
            ByteBuffer part = ByteBuffer.wrap(buffer, from + done, Math.min(MOST_AT_ONCE, length - done));
            int partStart = part.position();
            long at = position + done;
            int got;
            try {
                got = channel.call(c -> c.read(part, at + (part.position() - partStart)));
            } catch (IOException e) {
                throw Failures.of(e, path.toString());
            }
            if (got < 0) {
                throw new DoppelException(
                        DiskError.CHANGED, path + " was shortened from " + size() + " bytes while it was read");
            }
            done += part.position() - partStart;
        }
    }

    @Override
    public List<ByteRange> data(ByteRange range) throws DoppelException {
        RangeCollector found = new RangeCollector();
        long end = Math.min(range.end(), size());
        if (sparse.isEmpty()) {
            found.add(range.offset(), range.end());
            return found.ranges();
        }
        try {
            long at = range.offset();
            while (at < end) {
                long data = sparse.get().nextData(at);
                if (data < 0 || data >= end) {
                    break;
                }
                long hole = sparse.get().nextHole(data);
                if (hole <= data) {
                    throw new DoppelException(DiskError.CHANGED, path + " was shortened while it was read");
                }
                found.add(data, Math.min(hole, end));
                at = hole;
            }
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
        if (range.end() > size()) {
            found.add(Math.max(range.offset(), size()), range.end());
        }
        return found.ranges();
    }

    /** Fails if the file that has this name is another one or was written since it was opened. */
    void verifyUnchanged() throws DoppelException {
        FileState now;
        try {
            now = FileStates.of(path);
        } catch (DoppelException e) {
            if (e.is(DiskError.NOT_FOUND)) {
                throw new DoppelException(DiskError.CHANGED, path + " was removed while it was in use", e);
            }
            throw e;
        }
        if (!state.equals(now)) {
            throw new DoppelException(DiskError.CHANGED, state.differenceTo(now, path));
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (sparse.isPresent()) {
                sparse.get().close();
            }
        }
    }
}
