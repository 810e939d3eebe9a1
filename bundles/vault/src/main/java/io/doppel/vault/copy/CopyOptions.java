package io.doppel.vault.copy;

import io.doppel.vault.RateLimit;
import java.util.Objects;

/**
 * How a version is copied.
 *
 * @param streams threads that read and send, 1 to 64; each holds about 9 MiB
 * @param packBytes bytes at which a pack is closed at the latest: what is lost of each stream if the server is killed; at least 64 KiB
 * @param arrival how it is proved that what was sent has arrived
 * @param limit for all bytes of records, in the order in which they are sent; several copies may share it
 */
public record CopyOptions(int streams, long packBytes, Arrival arrival, RateLimit limit) {
    private static final int MOST_STREAMS = 64;
    private static final int FEWEST_PACK_BYTES = 64 << 10;
    /** Streams if nobody says how many. */
    private static final int USUAL_STREAMS = 4;
    /** Bytes of a pack if nobody says how many. */
    private static final long USUAL_PACK = 8L << 20;

    /** Checks. */
    public CopyOptions {
        Objects.requireNonNull(arrival);
        Objects.requireNonNull(limit);
        if (streams < 1 || streams > MOST_STREAMS || packBytes < FEWEST_PACK_BYTES) {
            throw new IllegalArgumentException(streams + " streams, packs of " + packBytes + " bytes");
        }
    }

    /** Four streams or fewer if the storages can less, packs of 8 MiB, samples, no limit. */
    public static CopyOptions usual() {
        return new CopyOptions(USUAL_STREAMS, USUAL_PACK, Arrival.SAMPLE, new RateLimit(0));
    }

    /** The same with so many streams. */
    public CopyOptions withStreams(int n) {
        return new CopyOptions(n, packBytes, arrival, limit);
    }

    /** The same with packs of that size. */
    public CopyOptions withPackBytes(long bytes) {
        return new CopyOptions(streams, bytes, arrival, limit);
    }

    /** The same with another proof. */
    public CopyOptions withArrival(Arrival how) {
        return new CopyOptions(streams, packBytes, how, limit);
    }

    /** The same with a limit. */
    public CopyOptions withLimit(RateLimit shared) {
        return new CopyOptions(streams, packBytes, arrival, shared);
    }
}
