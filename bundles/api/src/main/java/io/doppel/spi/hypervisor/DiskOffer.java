package io.doppel.spi.hypervisor;

import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One disk of a snapshot.
 *
 * @param disk the disk, with the size it has in the snapshot
 * @param accesses ways to read it, best first; at least one
 * @param changes ranges that may differ from the base asked for, ascending and disjoint; empty optional: cannot be
 *     proven, so everything is read
 * @param noChangesReason why {@code changes} is absent although a base was given; shown in the run's log
 */
public record DiskOffer(
        MachineDisk disk,
        List<DiskAccess> accesses,
        Optional<List<ByteRange>> changes,
        Optional<String> noChangesReason) {
    /** Checks and copies. */
    public DiskOffer {
        Objects.requireNonNull(disk);
        accesses = List.copyOf(accesses);
        changes = changes.map(List::copyOf);
        Objects.requireNonNull(noChangesReason);
    }
}
