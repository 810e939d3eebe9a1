package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferResult;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Backs up and restores one disk of one machine with the vault and the mover alone. */
final class Rig {
    static final VaultOwner OWNER = new VaultOwner("installation", "server");
    static final CancelToken NEVER = CancelToken.NEVER;
    static final TransferMonitor QUIET = new TransferMonitor() {
        @Override
        public CancelToken cancel() {
            return NEVER;
        }

        @Override
        public void progress(String diskKey, Progress progress) {}

        @Override
        public void warning(String diskKey, String text) {}
    };

    private Rig() {}

    static Vault create(Storage storage, Path state) throws DoppelException {
        return Vault.create(storage, state, OWNER, "zstd", new char[0]);
    }

    static Vault open(Storage storage, Path state) throws DoppelException {
        return Vault.open(storage, state, OWNER, VaultAccess.ATTACH, new char[0]);
    }

    static VersionManifest backup(Vault vault, DiskReader disk) throws DoppelException {
        return backup(vault, disk, Optional.empty(), Optional.empty());
    }

    static VersionManifest backup(
            Vault vault, DiskReader disk, Optional<String> base, Optional<List<ByteRange>> changes)
            throws DoppelException {
        return backup(vault, "d", disk, base, changes);
    }

    static VersionManifest backup(
            Vault vault, String key, DiskReader disk, Optional<String> base, Optional<List<ByteRange>> changes)
            throws DoppelException {
        try (WriteSession session = vault.begin()) {
            Transfer transfer = new Transfer(QUIET, 0);
            transfer.store(key, disk, session, base, changes, List.of());
            return publish(vault, session, key, transfer.run().disks().get(key));
        }
    }

    /** Publishes a version of one disk. */
    static VersionManifest publish(Vault vault, WriteSession session, String key, TransferResult.DiskResult r)
            throws DoppelException {
        String root = r.vaultRoots().get(vault.id());
        VersionManifest.Disk d =
                new VersionManifest.Disk(key, key, "raw", r.size(), root.isEmpty() ? null : root, r.dataBytes());
        return vault.publish(
                session,
                new VersionManifest(
                        null,
                        0,
                        Instant.now(),
                        Instant.now(),
                        new VersionManifest.Host("h", "test"),
                        new VersionManifest.MachineName("m", "m"),
                        "CRASH",
                        Map.of(),
                        List.of(d),
                        List.of(),
                        new VersionManifest.Stats(
                                r.size(), r.dataBytes(), 0, session.storedBytes(), session.newBytes())));
    }

    static byte[] restore(Vault vault, String version) throws DoppelException {
        return restore(vault, version, "d");
    }

    static byte[] restore(Vault vault, String version, String key) throws DoppelException {
        try (VersionDisk disk = vault.openDisk(version, key)) {
            Bytes target = new Bytes(new byte[(int) disk.size()]);
            Transfer transfer = new Transfer(QUIET, 0);
            transfer.write(key, disk, target, Optional.of(() -> target));
            transfer.run();
            return target.content;
        }
    }
}
