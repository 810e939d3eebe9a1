package io.doppel.vault.format;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.DiskTree;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.VersionManifest.Disk;
import io.doppel.vault.VersionManifest.Host;
import io.doppel.vault.VersionManifest.MachineName;
import io.doppel.vault.VersionManifest.Stats;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.ChangedScan;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.EntrySink;
import io.doppel.vault.chunk.Layout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Stores one machine as a version, with nothing but the vault's own API. */
public final class Backup implements AutoCloseable {
    private static final int PIECE = 64 << 10;

    private final Vault vault;
    private final WriteSession session;
    private final WriteSession.Lane lane;
    private final List<Disk> disks = new ArrayList<>();

    /** Begins. */
    public Backup(Vault vault) throws DoppelException {
        this.vault = vault;
        this.session = vault.begin();
        this.lane = session.lane();
    }

    /** Reads all of a disk. */
    public Backup full(String key, DiskReader disk) throws DoppelException {
        DiskTree tree = session.tree(key, disk.size(), Optional.empty());
        for (long start = 0; start < disk.size(); start += Layout.SEGMENT) {
            long end = Math.min(start + Layout.SEGMENT, disk.size());
            Entries entries = new Entries();
            List<ByteRange> data = disk.allocated(new ByteRange(start, end - start));
            lane.scanner().scan(disk, start, end, data, PIECE, entries);
            tree.segment(start, entries.joined());
        }
        return finish(key, disk, tree);
    }

    /** Reads what changed since a version, and what is needed to cut it as a full scan would. */
    public Backup changed(String key, DiskReader disk, String base, List<ByteRange> changes) throws DoppelException {
        DiskTree tree = session.tree(key, disk.size(), Optional.of(base));
        for (long start = 0; start < disk.size(); start += Layout.SEGMENT) {
            Entries entries = new Entries();
            new ChangedScan(lane.scanner())
                    .scan(disk, tree.base(start).orElseThrow(), changes, entries, entries.entries);
            tree.segment(start, entries.joined());
        }
        return finish(key, disk, tree);
    }

    private Backup finish(String key, DiskReader disk, DiskTree tree) throws DoppelException {
        String root = tree.finish().orElse(null);
        disks.add(new Disk(key, "disk " + key, "raw", disk.size(), root, tree.dataBytes()));
        return this;
    }

    /** Publishes the version; the result is its id. */
    public String publish(String machine, Instant takenAt) throws DoppelException {
        lane.close();
        session.flush();
        long size = disks.stream().mapToLong(Disk::size).sum();
        long data = disks.stream().mapToLong(Disk::dataBytes).sum();
        VersionManifest draft = new VersionManifest(
                null,
                0,
                takenAt,
                takenAt,
                new Host("rack 1", "folder"),
                new MachineName(machine, machine),
                "CRASH",
                Map.of("cpus", "2"),
                disks,
                List.of(),
                new Stats(size, data, data, session.storedBytes()));
        return vault.publish(session, draft).id();
    }

    @Override
    public void close() {
        session.close();
    }

    /** Stores chunks and keeps the entries. */
    private final class Entries implements EntrySink {
        private final List<Entry> entries = new ArrayList<>();

        @Override
        public boolean chunk(long offset, byte[] buffer, int from, int length) throws DoppelException {
            return entries.add(new Entry(offset, length, lane.store(buffer, from, length)));
        }

        @Override
        public boolean hole(long offset, long length) {
            return entries.add(Entry.hole(offset, length));
        }

        List<Entry> joined() {
            List<Entry> all = new ArrayList<>();
            entries.sort(Comparator.comparingLong(Entry::offset));
            entries.forEach(e -> Entry.addJoined(all, e));
            return all;
        }
    }
}
