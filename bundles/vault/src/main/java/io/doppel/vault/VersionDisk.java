package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import org.osgi.annotation.versioning.ProviderType;

/** A disk of a version, for reading: at random, or chunk by chunk. Safe for several threads. Never gives wrong bytes. */
@ProviderType
public interface VersionDisk extends DiskReader {
    /** A reader of chunks for one thread; holds up to 6 MiB. */
    ChunkReader chunkReader();

    /** Takes chunks. */
    @FunctionalInterface
    interface ChunkSink {
        /** A chunk's content; the buffer is used again after return. */
        void chunk(long offset, byte[] buffer, int from, int length) throws DoppelException;
    }

    /** Reads chunks for one thread. */
    @ProviderType
    interface ChunkReader extends AutoCloseable {
        /** Gives every chunk that starts in the range, ascending, each proved by the cipher to be the one stored; what lies between them is zeros. */
        void read(long from, long to, ChunkSink sink) throws DoppelException;

        @Override
        void close();
    }
}
