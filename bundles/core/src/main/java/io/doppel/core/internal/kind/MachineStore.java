package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.job.LogLine;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.processor.AccessFailedException;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.DiskTransfer;
import io.doppel.spi.processor.TransferRequest;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.Ranges;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stores a machine's snapshot in a vault. Where the access to a disk fails, it begins again with the next worse one that is
 * offered, so at most once for each access. Used by one thread.
 */
final class MachineStore {
    private final Plugins plugins;
    private final HostMachine machine;
    private final String hostType;
    private final Vault vault;
    private final ChangeBases bases;
    private final CoreContext context;

    /** For each disk the accesses that have not failed. */
    private final Map<String, List<DiskAccess>> ways = new LinkedHashMap<>();

    /** For each disk the version of which everything but the changes is taken. */
    private final Map<String, String> taken = new LinkedHashMap<>();

    private final List<String> fallBacks = new ArrayList<>();

    MachineStore(
            Plugins plugins,
            HostMachine machine,
            String hostType,
            Vault vault,
            ChangeBases bases,
            CoreContext context) {
        this.plugins = plugins;
        this.machine = machine;
        this.hostType = hostType;
        this.vault = vault;
        this.bases = bases;
        this.context = context;
    }

    Stored store(Snapshot snapshot) throws DoppelException {
        List<DiskOffer> offers = snapshot.disks();
        if (offers.isEmpty()) {
            throw new DoppelException(
                    JobError.NO_DISKS, "Machine '" + machine.machine().name() + "' has no disk to back up");
        }
        Map<String, String> names = new LinkedHashMap<>();
        for (DiskOffer offer : offers) {
            ways.put(offer.disk().key(), offer.accesses());
            names.put(offer.disk().key(), offer.disk().name());
            base(offer).ifPresent(version -> taken.put(offer.disk().key(), version));
        }
        DiskRoutes routes = DiskRoutes.choose(plugins, ways, context);
        routes.explain(ways, context);
        DiskTasks tasks = new DiskTasks(context, names);
        while (true) {
            try (WriteSession session = vault.begin()) {
                Stored stored = store(snapshot, routes, session, tasks);
                tasks.succeed("Stored");
                return stored;
            } catch (AccessFailedException e) {
                context.cancel().check();
                routes = next(routes, e);
            }
        }
    }

    private Stored store(Snapshot snapshot, DiskRoutes routes, WriteSession session, DiskTasks tasks)
            throws DoppelException {
        List<DiskTransfer> transfers = new ArrayList<>();
        for (DiskOffer offer : snapshot.disks()) {
            String key = offer.disk().key();
            Optional<String> base = Optional.ofNullable(taken.get(key));
            transfers.add(new DiskTransfer(
                    key,
                    new DataEnd.Disk(routes.accesses().get(key)),
                    List.of(new DataEnd.VaultSession(session.vaultId(), session.id(), base)),
                    base.flatMap(b -> offer.changes())));
        }
        TransferResult result = routes.processor()
                .service()
                .transfer(new TransferRequest(transfers, false, Rate.of(context.options())), tasks);
        context.cancel().check();
        session.flush();
        // that may have taken long; from here on the version counts
        context.cancel().check();
        VersionManifest version = vault.publish(session, draft(snapshot, result, session));
        Set<String> versions = new HashSet<>(taken.values());
        return new Stored(version, session.writtenPacks(), session.usedPacks(), versions, List.copyOf(fallBacks));
    }

    /** The next worse way to the disk whose access failed; throws the failure if there is none. */
    private DiskRoutes next(DiskRoutes failed, AccessFailedException why) throws DoppelException {
        String key = why.diskKey();
        DiskAccess broken = failed.accesses().get(key);
        List<DiskAccess> left = new ArrayList<>(ways.getOrDefault(key, List.of()));
        if (!left.remove(broken)) {
            throw why;
        }
        ways.put(key, left);
        Optional<DiskRoutes> next = DiskRoutes.find(plugins, ways);
        if (next.isEmpty()) {
            throw why;
        }
        next.get().follow(plugins, context);
        String text = "Disk '" + key + "': " + broken.kind() + " failed ("
                + why.code().id() + ": " + why.what() + "), read by "
                + next.get().accesses().get(key).kind();
        context.task().log(LogLine.Level.WARNING, text);
        fallBacks.add(text);
        return next.get();
    }

    /** The version from which everything but the changes is taken; empty, and why, if the disk has to be read as a whole. */
    private Optional<String> base(DiskOffer offer) throws DoppelException {
        String key = offer.disk().key();
        Optional<String> reason = offer.noChangesReason();
        Optional<String> base = offer.changes().flatMap(c -> bases.versionFor(key));
        if (base.isPresent()) {
            reason = vault.noBaseReason(base.get(), key, context.cancel());
        }
        reason.ifPresent(r -> context.task().log(LogLine.Level.WARNING, "Disk '" + key + "' is read as a whole: " + r));
        if (reason.isPresent() || base.isEmpty()) {
            return Optional.empty();
        }
        List<ByteRange> damaged = vault.damaged(base.get(), key, context.cancel());
        if (!damaged.isEmpty()) {
            context.task()
                    .log(
                            LogLine.Level.WARNING,
                            "Disk '" + key + "': " + Ranges.bytes(damaged) + " bytes in " + damaged.size()
                                    + " places of version " + base.get()
                                    + " are damaged; they are read again beside what has changed");
        }
        return base;
    }

    private VersionManifest draft(Snapshot snapshot, TransferResult result, WriteSession session)
            throws DoppelException {
        List<VersionManifest.Disk> disks = new ArrayList<>();
        long logical = 0;
        long data = 0;
        long read = 0;
        for (DiskOffer offer : snapshot.disks()) {
            MachineDisk disk = offer.disk();
            TransferResult.DiskResult moved = result.disks().get(disk.key());
            String root = moved.vaultRoots().get(vault.id());
            disks.add(new VersionManifest.Disk(
                    disk.key(),
                    disk.name(),
                    disk.format(),
                    moved.size(),
                    root.isEmpty() ? null : root,
                    moved.dataBytes()));
            logical += moved.size();
            data += moved.dataBytes();
            read += moved.progress().read();
        }
        return new VersionManifest(
                "",
                0,
                snapshot.takenAt(),
                Instant.EPOCH,
                new VersionManifest.Host(machine.host(), hostType),
                new VersionManifest.MachineName(
                        machine.machine().id(), machine.machine().name()),
                snapshot.consistency().name(),
                snapshot.machineConfig(),
                disks,
                List.of(),
                new VersionManifest.Stats(logical, data, read, session.storedBytes(), session.newBytes()));
    }
}
