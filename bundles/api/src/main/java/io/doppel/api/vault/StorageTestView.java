package io.doppel.api.vault;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a test of a storage target found.
 *
 * @param type its storage type
 * @param verdict whether a vault may be kept there
 * @param facts what the target tells about itself, in the order in which people read it
 * @param checks what was tried, in order
 * @param latencies how long small operations took
 * @param throughputs how fast data that cannot be compressed went there and came back
 * @param totalBytes space of the target, −1 if it does not tell
 * @param freeBytes free space of the target, −1 if it does not tell
 * @param clockAhead by how much the target's clock is ahead of this server's, negative if it is behind; empty if it tells no time
 * @param took how long the test took
 */
public record StorageTestView(
        String type,
        Verdict verdict,
        Map<String, String> facts,
        List<Check> checks,
        List<Latency> latencies,
        List<Throughput> throughputs,
        long totalBytes,
        long freeBytes,
        Optional<Duration> clockAhead,
        Duration took) {
    /** Whether a vault may be kept there. */
    public enum Verdict {
        /** Nothing speaks against it. */
        FIT,
        /** It can be, but something should be looked at. */
        WARNINGS,
        /** It cannot be. */
        UNFIT
    }

    /** How something that was tried ended. */
    public enum State {
        /** As it should. */
        PASSED,
        /** In a way that should be looked at. */
        WARNING,
        /** In a way that no vault can live with. */
        FAILED,
        /** It was not tried; the text says why. */
        SKIPPED
    }

    /**
     * Something that was tried.
     *
     * @param name what, in lower case with dashes; the same in every test
     * @param state how it ended
     * @param text what was found, one sentence
     * @param code of the error that was met, empty if there was none
     * @param advice what to do about that, empty if there is nothing to do
     */
    public record Check(String name, State state, String text, String code, String advice) {
        /** Checks the parts. */
        public Check {
            Objects.requireNonNull(name);
            Objects.requireNonNull(state);
            Objects.requireNonNull(text);
            Objects.requireNonNull(code);
            Objects.requireNonNull(advice);
        }
    }

    /**
     * How long an operation took.
     *
     * @param operation {@code put} (a new object of 4 KiB until it is durable), {@code read} (4 KiB), {@code stat}, {@code list} or {@code delete}
     * @param samples how often it was done, at least 1
     * @param median of all samples
     * @param worst of all samples
     */
    public record Latency(String operation, int samples, Duration median, Duration worst) {
        /** Checks the parts. */
        public Latency {
            Objects.requireNonNull(operation);
            Objects.requireNonNull(median);
            Objects.requireNonNull(worst);
        }
    }

    /**
     * How fast data went.
     *
     * @param operation {@code put} (until it is durable) or {@code read}
     * @param streams objects at once, at least 1
     * @param bytes how much went in all streams together
     * @param bytesPerSecond in all streams together
     */
    public record Throughput(String operation, int streams, long bytes, long bytesPerSecond) {
        /** Checks the parts. */
        public Throughput {
            Objects.requireNonNull(operation);
        }
    }

    /** Checks and copies. */
    public StorageTestView {
        Objects.requireNonNull(type);
        Objects.requireNonNull(verdict);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        checks = List.copyOf(checks);
        latencies = List.copyOf(latencies);
        throughputs = List.copyOf(throughputs);
        Objects.requireNonNull(clockAhead);
        Objects.requireNonNull(took);
    }
}
