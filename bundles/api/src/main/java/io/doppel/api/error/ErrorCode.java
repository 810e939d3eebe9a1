package io.doppel.api.error;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One kind of failure. Each bundle lists its own in an enum; docs/errors.md is made from them.
 *
 * <p>An id never changes its meaning and is never used again.
 */
@ConsumerType
public interface ErrorCode {
    /** Stable, searchable id: {@code DPL-<AREA>-<four digits>}, for example {@code DPL-VLT-0003}. */
    String id();

    /** Whether the same call may succeed later without anybody changing a setting. */
    boolean retryable();

    /** What this code means in general, one sentence, for the documentation. */
    String meaning();

    /** What a person should do, one or two sentences in the imperative. */
    String advice();
}
