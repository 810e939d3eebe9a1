package io.doppel.offsite.internal;

import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectReport;
import io.doppel.vault.DiskTree;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.EntrySink;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A real vault with versions of one disk, without the rest of the server. */
final class VaultRig {
    static final int SIZE = 6 << 20;
    private static final VaultOwner OWNER = new VaultOwner("installation", "server");
    private static final int PIECE = 256 << 10;

    private VaultRig() {}

    static Vault create(Storage storage, Path state) throws Exception {
        return Vault.create(storage, state, OWNER, "zstd", new char[0]);
    }

    static Vault open(Storage storage, Path state, VaultAccess access, char[] key) throws Exception {
        return Vault.open(storage, state, OWNER, access, key);
    }

    static byte[] content(long seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Stores a version; its id. */
    static String store(Vault vault, byte[] content) throws Exception {
        try (WriteSession session = vault.begin()) {
            DiskTree tree = session.tree("d", content.length, Optional.empty());
            List<Entry> entries = new ArrayList<>();
            try (WriteSession.Lane lane = session.lane()) {
                ByteRange all = new ByteRange(0, content.length);
                lane.scanner().scan(new Disk(content), 0, content.length, List.of(all), PIECE, new EntrySink() {
                    @Override
                    public boolean chunk(long offset, byte[] buffer, int from, int length)
                            throws io.doppel.api.error.DoppelException {
                        entries.add(new Entry(offset, length, lane.store(buffer, from, length)));
                        return true;
                    }

                    @Override
                    public boolean hole(long offset, long length) {
                        entries.add(Entry.hole(offset, length));
                        return true;
                    }
                });
                tree.segment(0, entries);
            }
            tree.frontier(content.length);
            String root = tree.finish().orElseThrow();
            session.flush();
            VersionManifest.Disk disk =
                    new VersionManifest.Disk("d", "d", "raw", content.length, root, tree.dataBytes());
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
                                    List.of(disk),
                                    List.of(),
                                    new VersionManifest.Stats(
                                            content.length,
                                            tree.dataBytes(),
                                            0,
                                            session.storedBytes(),
                                            session.newBytes())))
                    .id();
        }
    }

    static byte[] restore(Vault vault, String version) throws Exception {
        try (VersionDisk disk = vault.openDisk(version, "d")) {
            byte[] bytes = new byte[(int) disk.size()];
            disk.read(0, bytes, 0, bytes.length);
            return bytes;
        }
    }

    static CollectReport collect(Vault vault) throws Exception {
        return vault.collect(CollectOptions.DEFAULT, (phase, total, done) -> {}, CancelToken.NEVER);
    }

    private record Disk(byte[] content) implements DiskReader {
        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) {
            System.arraycopy(content, (int) offset, buffer, from, length);
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) {
            return List.of(range);
        }

        @Override
        public void close() {
            // an array
        }
    }
}
