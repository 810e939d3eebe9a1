package io.doppel.disks.internal;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Finds out how a stream is compressed. */
final class Decompression {
    private static final int BUFFER = 64 << 10;
    private static final int GZIP = 0x1F8B;
    private static final int ZSTD = 0x28B52FFD;

    private Decompression() {}

    /**
     * The content of a stream that may be compressed. Closing it frees what decompressing takes and leaves the stream open.
     *
     * @param what the thing that comes, for messages
     */
    static InputStream of(InputStream in, String what) throws DoppelException, IOException {
        Source source = new Source(in);
        InputStream buffered = new BufferedInputStream(source, BUFFER);
        buffered.mark(Integer.BYTES);
        byte[] first = buffered.readNBytes(Integer.BYTES);
        buffered.reset();
        int magic = 0;
        for (byte b : first) {
            magic = magic << 8 | b & 0xFF;
        }
        if (first.length < Integer.BYTES) {
            return buffered;
        }
        try {
            if (magic == ZSTD) {
                return new ZstdContent(new ZstdInputStreamNoFinalizer(buffered), source);
            }
            return magic >>> 16 == GZIP ? new GZIPInputStream(buffered, BUFFER) : buffered;
        } catch (IOException e) {
            Optional<DoppelException> damage = damage(e, what);
            if (damage.isPresent()) {
                throw damage.get();
            }
            throw e;
        }
    }

    /** What an exception of a decompressing stream means, unless it comes from the stream below. */
    static Optional<DoppelException> damage(IOException e, String what) {
        if (e instanceof EOFException) {
            return Optional.of(new DoppelException(DiskError.CUT_OFF, what + " ended in the middle", e));
        }
        return e instanceof ZipException || e instanceof ZstdIOException
                ? Optional.of(new DoppelException(DiskError.CORRUPT, what + " is compressed and damaged", e))
                : Optional.empty();
    }

    /** The stream below, which belongs to whoever gave it. */
    private static final class Source extends FilterInputStream {
        private boolean ended;

        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int got = in.read(buffer, from, length);
            ended |= got < 0;
            return got;
        }

        @Override
        public void close() {
            // Stays open.
        }
    }

    /** The library gives a stream that ends too early the code of a damaged one. */
    private static final class ZstdContent extends FilterInputStream {
        private final Source source;

        ZstdContent(InputStream in, Source source) {
            super(in);
            this.source = source;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            try {
                return in.read(buffer, from, length);
            } catch (ZstdIOException e) {
                if (!source.ended) {
                    throw e;
                }
                EOFException early = new EOFException(e.getMessage());
                early.initCause(e);
                throw early;
            }
        }
    }
}
