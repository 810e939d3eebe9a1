package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.io.IOException;
import java.util.Optional;

/** Reads the files of a tar archive one after the other. */
final class TarInput {
    /** Archives are filled up to whole records, which tar makes of up to 256 KiB. */
    private static final long MOST_FILLING = 1 << 20;

    private final StreamSource in;
    private final byte[] block = new byte[TarHeader.LENGTH];

    TarInput(StreamSource in) {
        this.in = in;
    }

    /** The next file's head; empty at the end of the archive, behind which nothing but zeros may come. */
    Optional<TarHeader> next() throws DoppelException, IOException {
        in.read(block, 0, block.length);
        if (isZero(block.length)) {
            in.read(block, 0, block.length);
            if (!isZero(block.length)) {
                throw in.corrupt("something between the two blocks of its end");
            }
            readFilling();
            return Optional.empty();
        }
        TarHeader header = TarHeader.parse(block).orElseThrow(() -> in.corrupt("no good head of a file"));
        if (header.type() == '5') {
            return next();
        }
        if (!header.isFile()) {
            throw new DoppelException(
                    DiskError.UNSUPPORTED, in.what() + " has a file of the type '" + header.type() + "'");
        }
        return Optional.of(header);
    }

    /** Reads a file's content into the start of a buffer. */
    void read(TarHeader file, byte[] buffer) throws DoppelException, IOException {
        in.read(buffer, 0, (int) file.size());
        in.skipTo(in.position() + file.padding());
    }

    /** To the stream's end, where what decompresses finds its checksum. */
    private void readFilling() throws DoppelException, IOException {
        long end = in.position() + MOST_FILLING;
        int got = in.readUpTo(block, 0, block.length);
        while (got > 0) {
            if (!isZero(got) || in.position() > end) {
                throw in.corrupt("something behind its end");
            }
            got = in.readUpTo(block, 0, block.length);
        }
    }

    private boolean isZero(int length) {
        return Zeros.only(block, 0, length);
    }
}
