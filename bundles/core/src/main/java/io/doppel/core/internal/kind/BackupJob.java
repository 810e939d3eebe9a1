package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.catalog.BaseRecords;
import io.doppel.core.JobError;
import io.doppel.core.internal.inventory.HostConnection;
import io.doppel.core.internal.inventory.Hosts;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.CoreHandler;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.validate.BackgroundValidation;
import io.doppel.core.internal.validate.Validation;
import io.doppel.core.internal.validate.Written;
import io.doppel.core.internal.vault.KnownVersions;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
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
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The kind {@code backup}: stores a version of each machine in a vault. */
public final class BackupJob implements CoreHandler {
    private static final String VAULT = "vault";
    private static final String DISKS = "disks";
    private static final String FULL = "full";
    private static final String CONCURRENCY = "concurrency";
    private static final String CONSISTENCY = "consistency";
    private static final String VALIDATE = "validate";

    private static final SettingsSpec OPTIONS = SettingsSpec.of(
            SettingField.required(VAULT, SettingType.TEXT, "The vault that the versions go to."),
            SettingField.optional(DISKS, SettingType.LIST, "Keys of the disks wanted; all if empty."),
            SettingField.optional(FULL, SettingType.BOOLEAN, "Read everything, whatever the host says has changed.")
                    .withDefault("false"),
            SettingField.optional(CONCURRENCY, SettingType.INTEGER, "Machines at once.")
                    .withLimits(1, 16)
                    .withDefault("1"),
            SettingField.choice(
                    CONSISTENCY,
                    "Best consistency wanted; what was reached is shown with the version.",
                    "crash",
                    List.of("crash", "file-system", "application", "memory")),
            SettingField.optional(
                            VALIDATE,
                            SettingType.BOOLEAN,
                            "Read and check afterwards, in a run of its own, what was written.")
                    .withDefault("true"),
            Rate.field("Most bytes a second read from a machine's disks"));

    private final Plugins plugins;
    private final Hosts hosts;
    private final Vaults vaults;
    private final BaseRecords baseRecords;
    private final Validation verdicts;
    private final BackgroundValidation validation;

    /** Made by the core. */
    public BackupJob(
            Plugins plugins,
            Hosts hosts,
            Vaults vaults,
            BaseRecords baseRecords,
            Validation verdicts,
            BackgroundValidation validation) {
        this.verdicts = verdicts;
        this.validation = validation;
        this.baseRecords = baseRecords;
        this.plugins = plugins;
        this.hosts = hosts;
        this.vaults = vaults;
    }

    @Override
    public String kind() {
        return "backup";
    }

    @Override
    public String title() {
        return "Back up machines into a vault";
    }

    @Override
    public SettingsSpec options() {
        return OPTIONS;
    }

    @Override
    public boolean perMachine() {
        return true;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        String vaultName = context.options().text(VAULT);
        Vault vault = vaults.openForWriting(vaultName, context);
        HostMachine machine = context.machine().orElseThrow();
        HostConnection host = hosts.connection(machine.host(), context);
        ChangeBases bases = new ChangeBases(baseRecords, machine, vault);
        Stored stored;
        try (OwnedSnapshot snapshot =
                new OwnedSnapshot(host.host().snapshot(request(context, vault, bases)), context)) {
            tellConsistency(snapshot.get(), context);
            stored = store(snapshot.get(), machine, vault, bases, context);
            snapshot.commit(stored.version().id(), bases, host.host());
        } catch (DoppelException e) {
            vaults.failed(vaultName, vault, e);
            throw e;
        }
        String id = stored.version().id();
        vaults.known().keep(KnownVersions.view(vaultName, stored.version()));
        context.task().result("version", id);
        verdicts.recheck(vaultName, vault, context.task(), context.cancel());
        if (context.options().flag(VALIDATE)) {
            String label = machine.host() + "/" + machine.machine().name() + ", version " + id;
            Written written =
                    new Written(label, vault, stored.written(), Optional.of(id), stored.used(), stored.bases());
            validation.written(vaultName, written, context.task());
        }
        context.task().succeed("Version " + id + " is stored");
    }

    /**
     * What was stored.
     *
     * @param version the version
     * @param written packs that were written for it
     * @param used packs in which something was stored or found for it
     * @param bases ids of the versions of which parts were taken over unread
     */
    private record Stored(VersionManifest version, BitSet written, BitSet used, Set<String> bases) {}

    private static SnapshotRequest request(CoreContext context, Vault vault, ChangeBases bases) {
        return new SnapshotRequest(
                context.machine().orElseThrow().machine().id(),
                Set.copyOf(context.options().list(DISKS)),
                vault.id(),
                wanted(context),
                context.options().flag(FULL) ? List.of() : bases.usable());
    }

    private static Consistency wanted(CoreContext context) {
        return Consistency.valueOf(
                context.options().text(CONSISTENCY).replace('-', '_').toUpperCase(Locale.ROOT));
    }

    private static void tellConsistency(Snapshot snapshot, CoreContext context) {
        Consistency got = snapshot.consistency();
        if (got != Consistency.OFF && got.ordinal() < wanted(context).ordinal()) {
            context.task()
                    .log(
                            LogLine.Level.WARNING,
                            "The version is only as consistent as '" + got + "'; '" + wanted(context) + "' was wanted");
        }
    }

    private Stored store(Snapshot snapshot, HostMachine machine, Vault vault, ChangeBases bases, CoreContext context)
            throws DoppelException {
        List<DiskOffer> offers = snapshot.disks();
        if (offers.isEmpty()) {
            throw new DoppelException(
                    JobError.NO_DISKS, "Machine '" + machine.machine().name() + "' has no disk to back up");
        }
        Map<String, List<DiskAccess>> ways = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        offers.forEach(o -> {
            ways.put(o.disk().key(), o.accesses());
            names.put(o.disk().key(), o.disk().name());
        });
        DiskRoutes routes = DiskRoutes.choose(plugins, ways, context);
        DiskTasks tasks = new DiskTasks(context, names);
        try (WriteSession session = vault.begin()) {
            List<DiskTransfer> transfers = new ArrayList<>();
            Set<String> taken = new HashSet<>();
            for (DiskOffer offer : offers) {
                Optional<String> base = base(offer, vault, bases, context);
                base.ifPresent(taken::add);
                transfers.add(transfer(offer, routes, session, base));
            }
            TransferResult result = routes.processor()
                    .service()
                    .transfer(new TransferRequest(transfers, false, Rate.of(context.options())), tasks);
            context.cancel().check();
            session.flush();
            VersionManifest version = vault.publish(session, draft(snapshot, machine, vault, result, session));
            tasks.succeed("Stored");
            return new Stored(version, session.writtenPacks(), session.usedPacks(), taken);
        }
    }

    /** The version from which everything but the changes is taken; empty, and why, if the disk has to be read as a whole. */
    private static Optional<String> base(DiskOffer offer, Vault vault, ChangeBases bases, CoreContext context)
            throws DoppelException {
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

    private static DiskTransfer transfer(
            DiskOffer offer, DiskRoutes routes, WriteSession session, Optional<String> base) {
        String key = offer.disk().key();
        return new DiskTransfer(
                key,
                new DataEnd.Disk(routes.accesses().get(key)),
                List.of(new DataEnd.VaultSession(session.vaultId(), session.id(), base)),
                base.flatMap(b -> offer.changes()));
    }

    private VersionManifest draft(
            Snapshot snapshot, HostMachine machine, Vault vault, TransferResult result, WriteSession session)
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
                new VersionManifest.Host(machine.host(), hosts.typeOf(machine.host())),
                new VersionManifest.MachineName(
                        machine.machine().id(), machine.machine().name()),
                snapshot.consistency().name(),
                snapshot.machineConfig(),
                disks,
                List.of(),
                new VersionManifest.Stats(logical, data, read, session.storedBytes(), session.newBytes()));
    }
}
