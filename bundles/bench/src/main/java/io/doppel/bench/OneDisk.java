package io.doppel.bench;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import io.doppel.mover.Transfer;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Backs up machines that have one disk, with the vault and the mover alone. */
public final class OneDisk {
    /** The disk's key. */
    public static final String KEY = "disk0";

    private OneDisk() {}

    /**
     * Backs a disk up and publishes the version.
     *
     * @param machine id and name of the machine
     * @param base version from which what is not among the changes is taken over
     * @return the version, durable
     */
    public static VersionManifest backup(
            Vault vault, DiskReader source, String machine, Optional<String> base, Optional<List<ByteRange>> changes)
            throws DoppelException {
        try (WriteSession session = vault.begin()) {
            Transfer transfer = new Transfer(new Quiet(), 0);
            transfer.store(KEY, source, session, base, changes, List.of());
            TransferResult.DiskResult disk = transfer.run().disks().get(KEY);
            return vault.publish(session, draft(vault, machine, disk));
        }
    }

    private static VersionManifest draft(Vault vault, String machine, TransferResult.DiskResult disk) {
        String root = disk.vaultRoots().get(vault.id());
        VersionManifest.Disk stored =
                new VersionManifest.Disk(KEY, KEY, "raw", disk.size(), root.isEmpty() ? null : root, disk.dataBytes());
        Progress progress = disk.progress();
        return new VersionManifest(
                "",
                0,
                Instant.now(),
                Instant.EPOCH,
                new VersionManifest.Host("here", "folder"),
                new VersionManifest.MachineName(machine, machine),
                "",
                Map.of(),
                List.of(stored),
                List.of(),
                new VersionManifest.Stats(disk.size(), disk.dataBytes(), progress.read(), progress.stored()));
    }

    private static final class Quiet implements TransferMonitor {
        @Override
        public CancelToken cancel() {
            return CancelToken.NEVER;
        }

        @Override
        public void progress(String diskKey, Progress progress) {}

        @Override
        public void warning(String diskKey, String text) {
            System.err.println(diskKey + ": " + text);
        }
    }
}
