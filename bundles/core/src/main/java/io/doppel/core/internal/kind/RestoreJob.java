package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
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
import io.doppel.core.internal.job.ContextWork;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.vault.Hold;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The kind {@code restore}: makes a machine from a version, or puts a version's disks in place of a machine's. */
public final class RestoreJob extends Kind {
    private static final String VERSION = "version";
    private static final String HOST = "host";
    private static final String NAME = "name";
    private static final String OVER_ORIGINAL = "over-original";
    private static final String DISKS = "disks";
    private static final String DRY_RUN = "dry-run";
    private static final String SKIP_DAMAGED = "skip-damaged";
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
            HostOptions.FIELD,
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
        super("restore", "Restore a version", OPTIONS, false);
        this.plugins = plugins;
        this.hosts = hosts;
        this.vaults = vaults;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        Settings options = context.options();
        boolean over = options.flag(OVER_ORIGINAL);
        if (over == options.find(NAME).isPresent()) {
            throw new DoppelException(JobError.NO_TARGET, over ? "Both were given" : "Neither was given");
        }
        VersionView view = vaults.known().version(options.text(VERSION));
        String host = options.find(HOST).orElse(view.host());
        List<Claim> needed = new ArrayList<>(List.of(Claim.vault(view.vault()), Claim.host(host)));
        if (over) {
            needed.add(Claim.machine(host, view.machineId()));
        }
        if (!options.flag(DRY_RUN)) {
            Leftovers.sweep(hosts, host, context);
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
        Optional<Hold> hold = VersionRestore.hold(vault, view, "restore", context);
        try {
            restore(vault, view, hostName, context);
        } finally {
            hold.ifPresent(Hold::close);
        }
    }

    private void restore(Vault vault, VersionView view, String hostName, CoreContext context) throws DoppelException {
        VersionManifest version = vault.version(view.id());
        HostConnection host = hosts.connection(hostName, context);
        List<VersionManifest.Disk> disks =
                VersionRestore.wanted(version, context.options().list(DISKS));
        Map<String, String> hostOptions =
                HostOptions.of(context, hosts.typeOf(hostName).restoreOptions(), "The type of host '" + hostName + "'");
        RestoreRequest request = request(version, disks, hostOptions, context);
        try (RestoreTarget target = host.host().prepareRestore(request, new ContextWork(context, context.task()))) {
            target.plan().forEach(line -> context.task().log(LogLine.Level.INFO, line));
            if (context.options().flag(DRY_RUN)) {
                context.task().succeed("Nothing was written: a dry run");
                return;
            }
            boolean complete = new VersionRestore(plugins, vault.id(), version, context)
                    .move(disks, target, context.options().flag(SKIP_DAMAGED));
            context.cancel().check();
            String machine = target.finish();
            context.task().result("machine", hostName + "/" + machine);
            context.task().result("restore", request.restoreId());
            context.task()
                    .succeed("Restored to machine '" + machine + "' on host '" + hostName + "'"
                            + (complete ? "" : ", without what could not be read"));
        }
    }

    private static RestoreRequest request(
            VersionManifest version,
            List<VersionManifest.Disk> disks,
            Map<String, String> hostOptions,
            CoreContext context) {
        String sourceMachine = version.machine().id();
        boolean over = context.options().flag(OVER_ORIGINAL);
        return new RestoreRequest(
                context.runId() + "-" + UUID.randomUUID().toString().substring(0, 8),
                sourceMachine,
                over ? Optional.of(sourceMachine) : Optional.empty(),
                context.options().find(NAME).orElse(""),
                VersionRestore.machineDisks(disks),
                version.machineConfig(),
                false,
                hostOptions);
    }
}
