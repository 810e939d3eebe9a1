package io.doppel.spi.storage;

import java.util.Objects;

/**
 * What a grant allows.
 *
 * @param prefix objects it covers, whole name parts
 * @param read whether objects may be read
 * @param put whether new objects may be put; no grant ever allows to delete or replace
 */
public record GrantScope(String prefix, boolean read, boolean put) {
    /** Checks the parts. */
    public GrantScope {
        Objects.requireNonNull(prefix);
    }
}
