package io.doppel.xapi.stream;

import java.time.Duration;
import java.util.Map;

/**
 * How streams are made.
 *
 * @param silence longest time without a byte coming or going before a stream is ended, at least a second; a host may need
 *     minutes to attach a disk
 * @param settling longest time for the pool to say how a stream ended after its last byte
 * @param mark other_config of the streams' tasks, by which they are recognised as ours
 */
public record StreamSettings(Duration silence, Duration settling, Map<String, String> mark) {
    /** Checks and copies. */
    public StreamSettings {
        if (silence.toMillis() < 1000 || settling.isNegative()) {
            throw new IllegalArgumentException("silence " + silence + ", settling " + settling);
        }
        mark = Map.copyOf(mark);
    }
}
