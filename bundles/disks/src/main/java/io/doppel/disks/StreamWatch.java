package io.doppel.disks;

import io.doppel.api.job.CancelToken;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * How a stream is stopped and followed.
 *
 * @param cancel asked at least once for every 2 MiB. It ends the work between two calls of the stream; a call that
 *     blocks is ended by closing the stream
 * @param progress told, by the thread that works, how many bytes of the stream have passed so far; for a compressed
 *     stream those of its content. Told up to once for every 512 bytes, so it has to be quick
 */
public record StreamWatch(CancelToken cancel, LongConsumer progress) {
    /** Never stops and tells nobody. */
    public static final StreamWatch NONE = new StreamWatch(CancelToken.NEVER, bytes -> {});

    /** Checks that both are there. */
    public StreamWatch {
        Objects.requireNonNull(cancel, "cancel");
        Objects.requireNonNull(progress, "progress");
    }
}
