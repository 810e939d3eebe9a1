package io.doppel.vault;

import java.time.Duration;

/**
 * How long the holder of a vault is waited for before it counts as gone (docs/vault-format.md §15).
 *
 * @param most until then nobody is taken over; longer than a few looks of a holder
 * @param pause between two looks for an answer
 * @param progress told while that goes on
 */
public record HolderPatience(Duration most, Duration pause, Progress progress) {
    /** How often a holder looks for questions. */
    public static final Duration HOLDER_LOOKS = Duration.ofSeconds(10);

    /** How long it is waited for. */
    public static final Duration WAIT = Duration.ofSeconds(45);

    /** What the format says. */
    public static HolderPatience usual(Progress progress) {
        return new HolderPatience(WAIT, Duration.ofSeconds(2), progress);
    }

    /** Somebody who watches the waiting. */
    @FunctionalInterface
    public interface Progress {
        /**
         * So long has been waited for an answer.
         *
         * @param holder name of the server that holds the vault, for people; empty if its lease cannot be read
         * @param time so long
         * @param most so long it will be at most
         */
        void waited(String holder, Duration time, Duration most);
    }
}
