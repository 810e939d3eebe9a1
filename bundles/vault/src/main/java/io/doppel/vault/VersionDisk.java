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

        /**
         * What cannot be read, because no copy of it proves right; comes in order with the chunks. May pass it over, and then has to
         * tell it to whoever gets the rest.
         *
         * @param why what is wrong, which is thrown unless this is overridden
         */
        default void unreadable(long offset, long length, DoppelException why) throws DoppelException {
            throw why;
        }
    }

    /** Reads chunks for one thread. */
    @ProviderType
    interface ChunkReader extends AutoCloseable {
        /** Gives every chunk that starts in the range, ascending, each proved by the cipher to be the one stored, and what cannot be read; what lies between is zeros. */
        void read(long from, long to, ChunkSink sink) throws DoppelException;

        /** As {@link #read}, but gives every chunk that reaches into the range, whole, also one that starts before it. */
        void readTouching(long from, long to, ChunkSink sink) throws DoppelException;

        @Override
        void close();
    }
}
