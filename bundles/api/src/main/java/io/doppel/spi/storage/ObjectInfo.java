package io.doppel.spi.storage;

import java.time.Instant;
import java.util.Objects;

/**
 * An object as listed.
 *
 * @param name its name
 * @param size its size in bytes
 * @param created when it was committed, by the target's clock; for people only, nothing relies on it
 */
public record ObjectInfo(String name, long size, Instant created) {
    /** Checks the parts. */
    public ObjectInfo {
        Objects.requireNonNull(name);
        Objects.requireNonNull(created);
    }
}
