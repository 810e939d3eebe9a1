package io.doppel.disks.internal;

import io.doppel.spi.disk.ByteRange;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A file written at any position by several threads, with holes. */
public final class WritableFile implements Closeable {
    private static final int MOST_AT_ONCE = 1 << 20;

    /** Bytes written between two calls that have the system begin to put them on the medium. */
    private static final long WRITE_BEHIND = 8L << 20;

    private final SteadyChannel channel;
    private final Optional<SparseFile> sparse;
    private final AtomicLong written = new AtomicLong();

    private WritableFile(SteadyChannel channel, Optional<SparseFile> sparse) {
        this.channel = channel;
        this.sparse = sparse;
    }

    /** Makes a file that is one hole. */
    public static void create(Path path, long size) throws IOException {
        Files.createFile(path);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(size);
        } catch (IOException e) {
            Files.delete(path);
            throw e;
        }
    }

    /** Opens a file that exists. */
    public static WritableFile open(Path path) throws IOException {
        SteadyChannel channel = new SteadyChannel(path, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
        try {
            return new WritableFile(channel, SparseFile.open(path, true));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    public long size() throws IOException {
        return channel.call(FileChannel::size);
    }

    /** Whether the file is known to be one hole. */
    public boolean holdsNoData() throws IOException {
        return sparse.isPresent() && sparse.get().nextData(0) < 0;
    }

    public void write(long offset, byte[] buffer, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            ByteBuffer part = ByteBuffer.wrap(buffer, from + done, Math.min(MOST_AT_ONCE, length - done));
            int partStart = part.position();
            long at = offset + done;
            // A call repeated after an interruption goes on where the buffer stands.
            channel.call(c -> {
                while (part.hasRemaining()) {
                    c.write(part, at + (part.position() - partStart));
                }
                return null;
            });
            done += part.position() - partStart;
        }
        long total = written.addAndGet(length);
        if (sparse.isPresent() && total / WRITE_BEHIND != (total - length) / WRITE_BEHIND) {
            sparse.get().beginWriting();
        }
    }

    /** Makes a hole, or, where that is not to be had, writes zeros over what is no hole. */
    public void zero(ByteRange range) throws IOException {
        if (range.length() == 0 || sparse.isPresent() && sparse.get().punch(range.offset(), range.length())) {
            return;
        }
        byte[] zeros = new byte[(int) Math.min(MOST_AT_ONCE, range.length())];
        long at = range.offset();
        while (at < range.end()) {
            int part = (int) Math.min(zeros.length, range.end() - at);
            write(at, zeros, 0, part);
            at += part;
        }
    }

    public void flush() throws IOException {
        channel.call(c -> {
            c.force(true);
            return null;
        });
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
