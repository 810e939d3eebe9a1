package io.doppel.api.vault;

import java.time.Instant;
import java.util.Objects;

/**
 * What the last boot test of a version showed. A test that ended before the machine could show anything (cancelled, host not reached) is none.
 *
 * @param at when it ended
 * @param started whether the machine started and its guest reported
 * @param said what the guest reported, or what went wrong; one sentence
 */
public record BootTest(Instant at, boolean started, String said) {
    /** Checks. */
    public BootTest {
        Objects.requireNonNull(at);
        Objects.requireNonNull(said);
    }
}
