package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.job.LogLine;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.validate.DamageLines;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.DiskTransfer;
import io.doppel.spi.processor.TransferRequest;
import io.doppel.spi.processor.TransferResult;
import io.doppel.vault.Hold;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Ranges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes a version's disks to a machine that a host made ready. Used by one run. */
final class VersionRestore {
    /** Most places of a disk that are named in a result. */
    private static final int MOST_NAMED = 1000;

    private final Plugins plugins;
    private final String vaultId;
    private final VersionManifest version;
    private final CoreContext context;

    VersionRestore(Plugins plugins, String vaultId, VersionManifest version, CoreContext context) {
        this.plugins = plugins;
        this.vaultId = vaultId;
        this.version = version;
        this.context = context;
    }

    /** A restore from a full or write-protected target must go on all the same. */
    static Optional<Hold> hold(Vault vault, VersionView view, String purpose, CoreContext context)
            throws DoppelException {
        context.cancel().check();
        try {
            return Optional.of(vault.holds().forRun(view.id(), purpose + ", run " + context.runId()));
        } catch (DoppelException e) {
            if (e.is(VaultError.NO_VERSION) || e.is(VaultError.CLOSED) || e.is(CommonError.PLUGIN_GONE)) {
                throw e;
            }
            context.task()
                    .log(
                            LogLine.Level.WARNING,
                            "Nothing keeps other servers from removing the version meanwhile: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** The disks of those keys, or all if there are none. */
    static List<VersionManifest.Disk> wanted(VersionManifest version, List<String> keys) throws DoppelException {
        for (String key : keys) {
            if (version.disk(key).isEmpty()) {
                throw new DoppelException(
                        JobError.NO_DISKS, "Version '" + version.id() + "' has no disk '" + key + "'");
            }
        }
        return version.disks().stream()
                .filter(d -> keys.isEmpty() || keys.contains(d.key()))
                .toList();
    }

    /** The disks as a host gets to know them. */
    static List<MachineDisk> machineDisks(List<VersionManifest.Disk> disks) {
        return disks.stream()
                .map(d -> new MachineDisk(d.key(), d.name(), d.size(), d.format()))
                .toList();
    }

    /** Writes the disks; whether all of them could be read. */
    boolean move(List<VersionManifest.Disk> disks, RestoreTarget target, boolean skipDamaged) throws DoppelException {
        Map<String, List<DiskAccess>> ways = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        for (VersionManifest.Disk disk : disks) {
            ways.put(disk.key(), target.disks().get(disk.key()));
            names.put(disk.key(), disk.name());
        }
        DiskRoutes routes = DiskRoutes.choose(plugins, ways, context);
        routes.explain(ways, context);
        List<DiskTransfer> transfers = new ArrayList<>();
        routes.accesses()
                .forEach((key, access) -> transfers.add(new DiskTransfer(
                        key,
                        new DataEnd.VersionDisk(vaultId, version.id(), key, skipDamaged),
                        List.of(new DataEnd.Disk(access)),
                        Optional.empty())));
        DiskTasks tasks = new DiskTasks(context, names);
        TransferResult result = routes.processor()
                .service()
                .transfer(new TransferRequest(transfers, true, Rate.of(context.options())), tasks);
        result.disks().forEach((key, disk) -> tellUnreadable(key, disk.unreadable(), tasks));
        tasks.succeed("Written and verified");
        return result.disks().values().stream().allMatch(d -> d.unreadable().isEmpty());
    }

    /** What was left out is never silent: the disk's task and the run end with a warning. */
    private void tellUnreadable(String key, List<ByteRange> unreadable, DiskTasks tasks) {
        if (unreadable.isEmpty()) {
            return;
        }
        String places =
                unreadable.stream().limit(MOST_NAMED).map(DamageLines::text).collect(Collectors.joining(", "))
                        + (unreadable.size() > MOST_NAMED
                                ? " and " + (unreadable.size() - MOST_NAMED) + " more places"
                                : "");
        String text = Ranges.bytes(unreadable) + " bytes of disk '" + key
                + "' could not be read and are zeros now: bytes " + places;
        tasks.warning(key, text);
        context.task().log(LogLine.Level.WARNING, text);
        context.task().result("unreadable " + key, places);
    }
}
