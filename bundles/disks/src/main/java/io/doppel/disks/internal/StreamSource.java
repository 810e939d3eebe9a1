package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.StreamWatch;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A stream read front to back, with its position; a cut-off stream is a coded error. */
final class StreamSource {
    private static final int PIECE = 64 << 10;

    private final InputStream in;
    private final String what;
    private final StreamWatch watch;
    private final byte[] skipped = new byte[PIECE];
    private long position;

    /**
     * @param what the thing that comes, for messages, at the start of a sentence
     */
    StreamSource(InputStream in, String what, StreamWatch watch) {
        this.in = in;
        this.what = what;
        this.watch = watch;
    }

    long position() {
        return position;
    }

    String what() {
        return what;
    }

    /** Fills the part of the buffer. */
    void read(byte[] buffer, int from, int length) throws DoppelException, IOException {
        int got = readUpTo(buffer, from, length);
        if (got < length) {
            throw cutOff();
        }
    }

    /** Fills the part of the buffer as far as the stream goes; returns how far. */
    int readUpTo(byte[] buffer, int from, int length) throws DoppelException, IOException {
        int done = 0;
        while (done < length) {
            watch.cancel().check();
            int got = readOnce(buffer, from + done, Math.min(length - done, PIECE));
            if (got < 0) {
                break;
            }
            done += got;
            position += got;
            watch.progress().accept(position);
        }
        return done;
    }

    private int readOnce(byte[] buffer, int from, int length) throws DoppelException, IOException {
        try {
            return in.read(buffer, from, length);
        } catch (IOException e) {
            Optional<DoppelException> damage = Decompression.damage(e, what);
            if (damage.isPresent()) {
                throw damage.get();
            }
            throw e;
        }
    }

    /** Passes over everything before a position that is not behind us. */
    void skipTo(long target) throws DoppelException, IOException {
        while (position < target) {
            read(skipped, 0, (int) Math.min(target - position, PIECE));
        }
    }

    private DoppelException cutOff() {
        return new DoppelException(DiskError.CUT_OFF, what + " ended at byte " + position + ", in the middle");
    }

    DoppelException corrupt(String why) {
        return new DoppelException(DiskError.CORRUPT, what + " has " + why + " before byte " + position);
    }
}
