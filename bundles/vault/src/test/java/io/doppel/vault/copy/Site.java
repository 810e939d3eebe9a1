package io.doppel.vault.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.chunk.TestDisk;
import io.doppel.vault.format.Backup;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A vault on a watched storage, and what its versions must hold. */
final class Site implements AutoCloseable {
    /** What is in each version's disks, by version and key. */
    final Map<String, Map<String, byte[]>> content = new LinkedHashMap<>();

    private final Path state;
    private final VaultOwner owner;
    WatchedStorage storage = new WatchedStorage();
    Vault vault;
    private char[] recoveryKey;

    private Site(Path state, String server) {
        this.state = state;
        this.owner = new VaultOwner("installation of " + server, server);
    }

    static Site make(Path folder, String name, String compression, Optional<Site> domainOf) throws DoppelException {
        Site site = new Site(folder.resolve(name), name);
        site.vault = domainOf.isPresent()
                ? Vault.create(site.storage, site.state, site.owner, compression, new char[0], domainOf.get().vault)
                : Vault.create(site.storage, site.state, site.owner, compression, new char[0]);
        site.recoveryKey = site.vault.recoveryKey();
        return site;
    }

    /** Another installation that has nothing but the recovery key of a site's vault. */
    static Site attach(Path folder, String name, Site other, VaultAccess access) throws DoppelException {
        Site site = new Site(folder.resolve(name), name);
        site.storage = other.storage.again();
        site.vault = Vault.open(site.storage, site.state, site.owner, access, other.recoveryKey.clone());
        site.content.putAll(other.content);
        return site;
    }

    /** Stores a machine with these disks. */
    String store(String machine, Instant takenAt, Map<String, byte[]> disks) throws DoppelException {
        try (Backup backup = new Backup(vault)) {
            for (Map.Entry<String, byte[]> disk : disks.entrySet()) {
                backup.full(disk.getKey(), new TestDisk(disk.getValue().clone()));
            }
            String id = backup.publish(machine, takenAt);
            content.put(id, copyOf(disks));
            return id;
        }
    }

    private static Map<String, byte[]> copyOf(Map<String, byte[]> disks) {
        Map<String, byte[]> copy = new LinkedHashMap<>();
        disks.forEach((key, bytes) -> copy.put(key, bytes.clone()));
        return copy;
    }

    CopyReport copyFrom(Site source, String version, CopyOptions options) throws DoppelException {
        return copyFrom(source, version, options, CancelToken.NEVER);
    }

    CopyReport copyFrom(Site source, String version, CopyOptions options, CancelToken cancel) throws DoppelException {
        CopyReport report = vault.copyFrom(source.vault, version, options, (phase, total, done) -> {}, cancel);
        content.put(report.version().id(), source.content.get(version));
        return report;
    }

    /** Reads all that a version holds and compares it with what was stored. */
    void assertHolds(String version) throws DoppelException {
        for (Map.Entry<String, byte[]> disk : content.get(version).entrySet()) {
            assertArrayEquals(disk.getValue(), read(version, disk.getKey()), version + " " + disk.getKey());
        }
    }

    byte[] read(String version, String disk) throws DoppelException {
        try (VersionDisk open = vault.openDisk(version, disk)) {
            byte[] all = new byte[(int) open.size()];
            open.read(0, all, 0, all.length);
            return all;
        }
    }

    void remove(String version) throws DoppelException {
        vault.remove(List.of(version));
        content.remove(version);
    }

    /** Gives back all that is not needed. */
    void purge() throws DoppelException {
        vault.collect(new CollectOptions(0, 0), (phase, total, done) -> {}, CancelToken.NEVER);
    }

    /** As after a kill: what was not on the target is lost, and the same server comes back. */
    void restart() throws DoppelException {
        if (!storage.isCut()) {
            storage.cutAfter(-1);
        }
        vault.close();
        WatchedStorage before = storage;
        storage = before.again();
        storage.written.set(before.written.get());
        storage.read.set(before.read.get());
        vault = Vault.open(storage, state, owner, VaultAccess.ATTACH, new char[0]);
    }

    @Override
    public void close() throws DoppelException {
        vault.close();
    }
}
