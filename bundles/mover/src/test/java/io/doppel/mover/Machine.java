package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Backs up and restores a machine of several disks with the vault and the mover alone. */
final class Machine {
    private Machine() {}

    /** Reads everything. */
    static String backup(Vault vault, Map<String, ? extends DiskReader> disks, CancelToken cancel)
            throws DoppelException {
        return backup(vault, disks, Optional.empty(), Map.of(), cancel);
    }

    /** Takes what is not in the changed ranges, which are named for every disk, from the base if there is one. */
    static String backup(
            Vault vault,
            Map<String, ? extends DiskReader> disks,
            Optional<String> base,
            Map<String, List<ByteRange>> changes,
            CancelToken cancel)
            throws DoppelException {
        try (WriteSession session = vault.begin()) {
            Transfer transfer = new Transfer(new Monitor(cancel), 0);
            for (Map.Entry<String, ? extends DiskReader> d : disks.entrySet()) {
                String key = d.getKey();
                transfer.store(key, d.getValue(), session, base, Optional.ofNullable(changes.get(key)), List.of());
            }
            Map<String, TransferResult.DiskResult> results = transfer.run().disks();
            return vault.publish(session, manifest(vault, session, results)).id();
        }
    }

    private static VersionManifest manifest(
            Vault vault, WriteSession session, Map<String, TransferResult.DiskResult> results) {
        List<VersionManifest.Disk> disks = new ArrayList<>();
        long size = 0;
        long data = 0;
        for (Map.Entry<String, TransferResult.DiskResult> e : results.entrySet()) {
            TransferResult.DiskResult r = e.getValue();
            String root = r.vaultRoots().get(vault.id());
            disks.add(new VersionManifest.Disk(
                    e.getKey(), e.getKey(), "raw", r.size(), root.isEmpty() ? null : root, r.dataBytes()));
            size += r.size();
            data += r.dataBytes();
        }
        return new VersionManifest(
                null,
                0,
                Instant.now(),
                Instant.now(),
                new VersionManifest.Host("h", "test"),
                new VersionManifest.MachineName("m", "m"),
                "CRASH",
                Map.of(),
                disks,
                List.of(),
                new VersionManifest.Stats(size, data, 0, session.storedBytes()));
    }

    /** All disks of a version, read chunk by chunk and compared once more. */
    static Map<String, byte[]> restore(Vault vault, String version) throws DoppelException {
        Map<String, byte[]> restored = new HashMap<>();
        for (VersionManifest.Disk d : vault.version(version).disks()) {
            try (VersionDisk disk = vault.openDisk(version, d.key())) {
                Monitor monitor = new Monitor(Rig.NEVER);
                Bytes target = new Bytes(new byte[(int) disk.size()]);
                Transfer transfer = new Transfer(monitor, 0);
                transfer.write(d.key(), disk, target, Optional.of(() -> target));
                transfer.run();
                restored.put(d.key(), target.content);
            }
        }
        return restored;
    }

    private record Monitor(CancelToken cancel) implements TransferMonitor {
        @Override
        public void progress(String diskKey, Progress progress) {}

        @Override
        public void warning(String diskKey, String text) {}
    }
}
