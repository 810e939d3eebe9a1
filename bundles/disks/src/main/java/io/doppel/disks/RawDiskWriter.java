package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.Failures;
import io.doppel.disks.internal.WritableFile;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes a raw image, sparse: zeros become holes where the file system has them. Restored disks are always raw, whatever
 * the format of the image they came from. Safe for several threads; a thread's interruption does not disturb it.
 */
public final class RawDiskWriter implements DiskWriter {
    private final Path path;
    private final WritableFile file;
    private final long size;
    private final boolean startsZeroed;

    private RawDiskWriter(Path path, WritableFile file, long size, boolean startsZeroed) {
        this.path = path;
        this.file = file;
        this.size = size;
        this.startsZeroed = startsZeroed;
    }

    /**
     * Makes a new image of zeros.
     *
     * @param size bytes, 0 or more
     * @throws DoppelException {@link DiskError#EXISTS}, {@link DiskError#FULL}, {@link DiskError#DENIED} or {@link
     *     DiskError#IO}; nothing is left then
     */
    public static void create(Path path, long size) throws DoppelException {
        try {
            WritableFile.create(path, size);
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
    }

    /** Opens an existing raw image, keeping its size. */
    public static RawDiskWriter open(Path path) throws DoppelException {
        try {
            WritableFile file = WritableFile.open(path);
            try {
                return new RawDiskWriter(path, file, file.size(), file.holdsNoData());
            } catch (IOException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean startsZeroed() {
        return startsZeroed;
    }

    @Override
    public void write(long offset, byte[] buffer, int from, int length) throws DoppelException {
        Objects.checkFromIndexSize(from, length, buffer.length);
        Objects.checkFromIndexSize(offset, (long) length, size);
        try {
            file.write(offset, buffer, from, length);
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
    }

    @Override
    public void zero(long offset, long length) throws DoppelException {
        Objects.checkFromIndexSize(offset, length, size);
        try {
            file.zero(new ByteRange(offset, length));
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
    }

    @Override
    public void flush() throws DoppelException {
        try {
            file.flush();
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
    }

    @Override
    public void close() throws DoppelException {
        try {
            file.close();
        } catch (IOException e) {
            throw Failures.of(e, path.toString());
        }
    }
}
