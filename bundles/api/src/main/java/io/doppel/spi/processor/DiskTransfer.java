package io.doppel.spi.processor;

import io.doppel.spi.disk.ByteRange;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One disk to move.
 *
 * @param diskKey the disk
 * @param source where it comes from
 * @param sinks where it goes to, at least one; one pass serves all
 * @param changes what may differ from the sinks' base; empty optional: everything is read
 */
public record DiskTransfer(String diskKey, DataEnd source, List<DataEnd> sinks, Optional<List<ByteRange>> changes) {
    /** Checks and copies. */
    public DiskTransfer {
        Objects.requireNonNull(diskKey);
        Objects.requireNonNull(source);
        sinks = List.copyOf(sinks);
        changes = changes.map(List::copyOf);
        if (sinks.isEmpty()) {
            throw new IllegalArgumentException("no sink");
        }
    }
}
