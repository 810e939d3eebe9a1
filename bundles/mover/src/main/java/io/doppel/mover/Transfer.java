package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.DiskTree;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.WriteSession;
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
    private Mover mover;

    /**
     * A transfer.
     *
     * @param bytesPerSecond limit on what is read from sources, disks and versions, 0 for none
     */
    public Transfer(TransferMonitor monitor, long bytesPerSecond) {
        this.monitor = monitor;
        this.limit = new RateLimit(bytesPerSecond);
        CipherWarmUp.start();
    }

    /**
     * Stores a disk in a vault, and writes it to other disks in the same pass.
     *
     * @param baseVersion version of which the session's tree takes what is unchanged
     * @param changes what may differ from that version, ascending and disjoint; empty: all is read. Ignored if the base has another
     *     size
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
        Meter meter = new Meter(diskKey, source.size(), monitor);
        boolean useBase = baseVersion.isPresent() && changes.isPresent();
        DiskTree tree = session.tree(diskKey, source.size(), useBase ? baseVersion : Optional.empty());
        boolean changed = useBase && source.size() > 0 && tree.base(0).isPresent();
        MeteredReader reader = new MeteredReader(source, meter, limit, this::check);
        stores.put(diskKey, new StoreWork(reader, session, tree, also, changed ? changes.get() : null, meter));
    }

    /** Writes a version's disk to a target of the same size. */
    public void write(String diskKey, VersionDisk source, DiskWriter target) throws DoppelException {
        if (source.size() != target.size()) {
            throw new DoppelException(
                    MoverError.SIZE,
                    "Disk '" + diskKey + "' has " + source.size() + " bytes, the target " + target.size());
        }
        writes.put(
                diskKey, new WriteWork(source, target, new Meter(diskKey, source.size(), monitor), limit, this::check));
    }

    /** Moves everything; sinks that are disks are flushed on return, what went to a session is durable after its flush. */
    public TransferResult run() throws DoppelException {
        List<DiskWork> all = new ArrayList<>(stores.values());
        all.addAll(writes.values());
        mover = new Mover(all, monitor.cancel());
        mover.run();
        Map<String, TransferResult.DiskResult> results = new LinkedHashMap<>();
        stores.forEach((key, w) -> results.put(key, w.result()));
        writes.forEach((key, w) -> results.put(key, w.result()));
        return new TransferResult(results);
    }

    /** Compares disks that were written with the version; throws {@link MoverError#VERIFY} if one differs. */
    public static void check(
            Map<String, VersionDisk> versions, Map<String, DiskReader> written, TransferMonitor monitor)
            throws DoppelException {
        List<DiskWork> all = new ArrayList<>();
        for (Map.Entry<String, VersionDisk> e : versions.entrySet()) {
            all.add(new WriteWork.Check(e.getKey(), e.getValue(), written.get(e.getKey())));
        }
        new Mover(all, monitor.cancel()).run();
    }

    private void check() throws DoppelException {
        mover.check();
    }
}
