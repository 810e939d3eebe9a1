package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.DiskTree;
import io.doppel.vault.RateLimit;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.Ranges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves the disks of one machine, in parallel. Add the disks, then {@link #run()} once. The caller opens and closes sources, sinks and
 * session. Not for several threads.
 */
public final class Transfer {
    private final TransferMonitor monitor;
    private final RateLimit limit;
    private final Map<String, StoreWork> stores = new LinkedHashMap<>();
    private final Map<String, WriteWork> writes = new LinkedHashMap<>();
    private final Map<WriteWork, Reopen> readBacks = new LinkedHashMap<>();
    private volatile Mover mover;

    /**
     * A transfer.
     *
     * @param bytesPerSecond limit on what is read from sources, disks and versions, 0 for none
     */
    public Transfer(TransferMonitor monitor, long bytesPerSecond) {
        this.monitor = monitor;
        this.limit = new RateLimit(bytesPerSecond);
        WarmUps.besideWork();
    }

    /**
     * Stores a disk in a vault, and writes it to other disks in the same pass.
     *
     * @param baseVersion version of which the session's tree takes what is unchanged
     * @param changes what may differ from that version, ascending and disjoint; empty: all is read. Ignored if the base has another
     *     size. What of the base is damaged is read as well
     * @param also other disks of the same size that get what was read
     */
    public void store(
            String diskKey,
            DiskReader source,
            WriteSession session,
            Optional<String> baseVersion,
            Optional<List<ByteRange>> changes,
            List<DiskWriter> also)
            throws DoppelException {
        Meter meter = new Meter(diskKey, source.size(), 1, monitor);
        boolean useBase = baseVersion.isPresent() && changes.isPresent();
        DiskTree tree = session.tree(diskKey, source.size(), useBase ? baseVersion : Optional.empty());
        boolean changed = useBase && source.size() > 0 && tree.base(0).isPresent();
        MeteredReader reader = new MeteredReader(diskKey, source, meter, limit, this::check);
        List<ByteRange> toRead = changed ? Ranges.union(changes.get(), tree.damaged()) : null;
        stores.put(diskKey, new StoreWork(reader, session, tree, also, toRead, meter));
    }

    /** Opens a disk that was written, to read it back. */
    @FunctionalInterface
    public interface Reopen {
        /** Opens the disk; {@link #run} closes it. */
        DiskReader open() throws DoppelException;
    }

    /**
     * Writes a version's disk to a target of the same size.
     *
     * @param readBack if present, the disk is opened with it once all disks are written and flushed, read and compared; half of the
     *     progress is then the reading
     */
    public void write(String diskKey, VersionDisk source, DiskWriter target, Optional<Reopen> readBack)
            throws DoppelException {
        write(diskKey, source, target, false, readBack);
    }

    /**
     * Writes a version's disk to a target of the same size.
     *
     * @param skipDamaged whether what cannot be read is left out, so that zeros are there, and told in the result; otherwise it fails the
     *     transfer
     * @param readBack as above
     */
    public void write(
            String diskKey, VersionDisk source, DiskWriter target, boolean skipDamaged, Optional<Reopen> readBack)
            throws DoppelException {
        if (source.size() != target.size()) {
            throw new DoppelException(
                    MoverError.SIZE,
                    "Disk '" + diskKey + "' has " + source.size() + " bytes, the target " + target.size());
        }
        Meter meter = new Meter(diskKey, source.size(), readBack.isPresent() ? 2 : 1, monitor);
        WriteWork work = new WriteWork(diskKey, source, target, skipDamaged, meter, limit, this::check);
        writes.put(diskKey, work);
        readBack.ifPresent(reopen -> readBacks.put(work, reopen));
    }

    /**
     * Moves everything; sinks that are disks are flushed on return, what went to a session is durable after its flush.
     *
     * @throws DoppelException {@link MoverError#VERIFY} if a disk that was written reads differently
     */
    public TransferResult run() throws DoppelException {
        List<DiskWork> all = new ArrayList<>(stores.values());
        all.addAll(writes.values());
        move(all);
        readBack();
        Map<String, TransferResult.DiskResult> results = new LinkedHashMap<>();
        stores.forEach((key, w) -> results.put(key, w.result()));
        writes.forEach((key, w) -> results.put(key, w.result()));
        return new TransferResult(results);
    }

    private void readBack() throws DoppelException {
        try (OpenEnds opened = new OpenEnds()) {
            List<DiskWork> all = new ArrayList<>();
            for (Map.Entry<WriteWork, Reopen> e : readBacks.entrySet()) {
                DiskReader written = opened.add(e.getValue().open());
                all.add(new ReadBack(e.getKey(), written));
            }
            move(all);
        }
    }

    private void move(List<DiskWork> works) throws DoppelException {
        mover = new Mover(works, monitor.cancel());
        mover.run();
    }

    private void check() throws DoppelException {
        mover.check();
    }
}
