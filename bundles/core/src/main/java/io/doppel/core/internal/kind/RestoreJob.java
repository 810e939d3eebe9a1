package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.core.internal.inventory.HostConnection;
import io.doppel.core.internal.inventory.Hosts;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.CoreHandler;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.validate.DamageLines;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.RestoreRequest;
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
import java.util.UUID;
import java.util.stream.Collectors;

/** The kind {@code restore}: makes a machine from a version, or puts a version's disks in place of a machine's. */
public final class RestoreJob implements CoreHandler {
    private static final String VERSION = "version";
    private static final String HOST = "host";
    private static final String NAME = "name";
    private static final String OVER_ORIGINAL = "over-original";
    private static final String DISKS = "disks";
    private static final String DRY_RUN = "dry-run";
    private static final String SKIP_DAMAGED = "skip-damaged";
    /** Most places of a disk that are named in a result. */
    private static final int MOST_NAMED = 1000;

    private static final SettingsSpec OPTIONS = SettingsSpec.of(
            SettingField.required(VERSION, SettingType.TEXT, "Id of the version, or the beginning of it."),
            SettingField.optional(HOST, SettingType.TEXT, "Host to restore to; the one of the version if empty."),
            SettingField.optional(NAME, SettingType.TEXT, "Name of the new machine."),
            SettingField.optional(
                            OVER_ORIGINAL,
                            SettingType.BOOLEAN,
                            "Replace the disks of the original machine; the old ones are kept until confirmed.")
                    .withDefault("false"),
            SettingField.optional(DISKS, SettingType.LIST, "Keys of the disks wanted; all if empty."),
            Rate.field("Most bytes a second read from the version"),
            SettingField.optional(
                            SKIP_DAMAGED,
                            SettingType.BOOLEAN,
                            "Restore a damaged version without what cannot be read: zeros are there, and the places are named.")
                    .withDefault("false"),
            SettingField.optional(
                            DRY_RUN,
                            SettingType.BOOLEAN,
                            "Only log what would be written and replaced, and find out whether the host would take it.")
                    .withDefault("false"));

    private final Plugins plugins;
    private final Hosts hosts;
    private final Vaults vaults;

    /** Made by the core. */
    public RestoreJob(Plugins plugins, Hosts hosts, Vaults vaults) {
        this.plugins = plugins;
        this.hosts = hosts;
        this.vaults = vaults;
    }

    @Override
    public String kind() {
        return "restore";
    }

    @Override
    public String title() {
        return "Restore a version";
    }

    @Override
    public SettingsSpec options() {
        return OPTIONS;
    }

    @Override
    public boolean perMachine() {
        return false;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        Settings options = context.options();
        boolean over = options.flag(OVER_ORIGINAL);
        if (over == options.find(NAME).isPresent()) {
            throw new DoppelException(JobError.NO_TARGET, over ? "Both were given" : "Neither was given");
        }
        VersionView view = vaults.version(options.text(VERSION));
        String host = options.find(HOST).orElse(view.host());
        List<Claim> needed = new ArrayList<>(List.of(Claim.vault(view.vault()), Claim.host(host)));
        if (over) {
            needed.add(Claim.machine(host, view.machineId()));
        }
        if (!options.flag(DRY_RUN)) {
            context.dependOn(hosts.gateOf(host));
            for (String line : context.unlessCancelled(() -> hosts.sweep(host))) {
                context.task().log(LogLine.Level.INFO, "Removed a leftover on host '" + host + "': " + line);
            }
        }
        try (Claims.Hold hold = context.claim(needed)) {
            restore(view, host, context);
        }
    }

    private void restore(VersionView view, String hostName, CoreContext context) throws DoppelException {
        Vault vault = vaults.open(view.vault(), context);
        if (context.options().flag(DRY_RUN)) {
            restore(vault, view, hostName, context);
            return;
        }
        Optional<Hold> hold = hold(vault, view, context);
        try {
            restore(vault, view, hostName, context);
        } finally {
            hold.ifPresent(Hold::close);
        }
    }

    /** A restore from a full or write-protected target must go on all the same. */
    private static Optional<Hold> hold(Vault vault, VersionView view, CoreContext context) throws DoppelException {
        context.cancel().check();
        try {
            return Optional.of(vault.holds().forRun(view.id(), "restore, run " + context.runId()));
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

    private void restore(Vault vault, VersionView view, String hostName, CoreContext context) throws DoppelException {
        VersionManifest version = vault.version(view.id());
        HostConnection host = hosts.connection(hostName, context);
        List<VersionManifest.Disk> disks = wanted(version, context.options().list(DISKS));
        RestoreRequest request = request(version, disks, context);
        try (RestoreTarget target = host.host().prepareRestore(request)) {
            target.plan().forEach(line -> context.task().log(LogLine.Level.INFO, line));
            if (context.options().flag(DRY_RUN)) {
                context.task().succeed("Nothing was written: a dry run");
                return;
            }
            boolean complete = move(vault.id(), version, disks, target, context);
            context.cancel().check();
            String machine = target.finish();
            context.task().result("machine", hostName + "/" + machine);
            context.task().result("restore", request.restoreId());
            context.task()
                    .succeed("Restored to machine '" + machine + "' on host '" + hostName + "'"
                            + (complete ? "" : ", without what could not be read"));
        }
    }

    private static List<VersionManifest.Disk> wanted(VersionManifest version, List<String> keys)
            throws DoppelException {
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

    private static RestoreRequest request(
            VersionManifest version, List<VersionManifest.Disk> disks, CoreContext context) {
        String sourceMachine = version.machine().id();
        boolean over = context.options().flag(OVER_ORIGINAL);
        return new RestoreRequest(
                context.runId() + "-" + UUID.randomUUID().toString().substring(0, 8),
                sourceMachine,
                over ? Optional.of(sourceMachine) : Optional.empty(),
                context.options().find(NAME).orElse(""),
                disks.stream()
                        .map(d -> new MachineDisk(d.key(), d.name(), d.size(), d.format()))
                        .toList(),
                version.machineConfig(),
                Map.of());
    }

    /** Writes the disks; whether all of them could be read. */
    private boolean move(
            String vaultId,
            VersionManifest version,
            List<VersionManifest.Disk> disks,
            RestoreTarget target,
            CoreContext context)
            throws DoppelException {
        Map<String, List<DiskAccess>> ways = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        for (VersionManifest.Disk disk : disks) {
            ways.put(disk.key(), target.disks().get(disk.key()));
            names.put(disk.key(), disk.name());
        }
        DiskRoutes routes = DiskRoutes.choose(plugins, ways, context);
        List<DiskTransfer> transfers = new ArrayList<>();
        boolean skipDamaged = context.options().flag(SKIP_DAMAGED);
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
        result.disks().forEach((key, disk) -> tellUnreadable(key, disk.unreadable(), tasks, context));
        tasks.succeed("Written and verified");
        return result.disks().values().stream().allMatch(d -> d.unreadable().isEmpty());
    }

    /** What was left out is never silent: the disk's task and the run end with a warning. */
    private static void tellUnreadable(String key, List<ByteRange> unreadable, DiskTasks tasks, CoreContext context) {
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
