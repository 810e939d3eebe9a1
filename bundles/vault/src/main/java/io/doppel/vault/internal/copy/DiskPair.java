package io.doppel.vault.internal.copy;

import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.session.BaseFinding;
import java.util.List;

/**
 * A disk that is copied, and one of the target that it is compared with.
 *
 * @param disk the disk
 * @param base the root of the other one's tree; null if it is empty or there is none
 * @param finding what of that one is sound; null if there is none
 */
@SuppressWarnings("ArrayRecordComponent")
record DiskPair(VersionManifest.Disk disk, byte[] base, BaseFinding finding) {
    static DiskPair alone(VersionManifest.Disk disk) {
        return new DiskPair(disk, null, null);
    }

    List<ByteRange> damaged() {
        return finding == null ? List.of() : finding.damaged();
    }

    /** Nodes of the other tree that have one copy too few. */
    List<byte[]> single() {
        return finding == null ? List.of() : finding.single();
    }
}
