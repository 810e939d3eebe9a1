package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.catalog.BaseRecords;
import io.doppel.core.internal.inventory.HostConnection;
import io.doppel.core.internal.inventory.Hosts;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.validate.BackgroundValidation;
import io.doppel.core.internal.validate.Validation;
import io.doppel.core.internal.validate.Written;
import io.doppel.core.internal.vault.KnownVersions;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.vault.Vault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The kind {@code backup}: stores a version of each machine in a vault. */
public final class BackupJob extends Kind {
    private static final String VAULT = "vault";
    private static final String DISKS = "disks";
    private static final String FULL = "full";
    private static final String CONCURRENCY = "concurrency";
    private static final String CONSISTENCY = "consistency";
    private static final String VALIDATE = "validate";

    private static final SettingsSpec OPTIONS = SettingsSpec.of(
            SettingField.required(VAULT, SettingType.TEXT, "The vault that the versions go to."),
            SettingField.optional(
                    DISKS, SettingType.LIST, "Keys of the disks wanted; all that the host does not exclude if empty."),
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
            HostOptions.FIELD,
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
        super("backup", "Back up machines into a vault", OPTIONS, true);
        this.verdicts = verdicts;
        this.validation = validation;
        this.baseRecords = baseRecords;
        this.plugins = plugins;
        this.hosts = hosts;
        this.vaults = vaults;
    }

    @Override
    public List<String> fills(Settings options) {
        return List.of(options.text(VAULT));
    }

    @Override
    public List<MachinePlan.Disk> disks(Machine machine, Settings options) {
        return DiskChoice.of(machine, options.list(DISKS));
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        String vaultName = context.options().text(VAULT);
        Vault vault = vaults.openForWriting(vaultName, context);
        HostMachine machine = context.machine().orElseThrow();
        HostConnection host = hosts.connection(machine.host(), context);
        ChangeBases bases = new ChangeBases(baseRecords, machine, vault);
        Map<String, String> hostOptions = HostOptions.of(
                context, hosts.typeOf(machine.host()).snapshotOptions(), "The type of host '" + machine.host() + "'");
        MachineStore store =
                new MachineStore(plugins, machine, hosts.typeNameOf(machine.host()), vault, bases, context);
        SnapshotRequest request = request(context, vault, bases, hostOptions);
        Stored stored;
        try (OwnedSnapshot snapshot = OwnedSnapshot.take(host.host(), request, context)) {
            tellConsistency(snapshot.get(), context);
            stored = store.store(snapshot.get());
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
        context.task().succeed(sentence(stored));
    }

    private static String sentence(Stored stored) {
        List<String> parts =
                new ArrayList<>(List.of("Version " + stored.version().id() + " is stored"));
        parts.addAll(stored.fallBacks());
        return String.join(". ", parts);
    }

    private static SnapshotRequest request(
            CoreContext context, Vault vault, ChangeBases bases, Map<String, String> hostOptions)
            throws DoppelException {
        return new SnapshotRequest(
                context.machine().orElseThrow().machine().id(),
                DiskChoice.keys(context, context.options().list(DISKS)),
                vault.id(),
                wanted(context),
                context.options().flag(FULL) ? List.of() : bases.usable(),
                hostOptions);
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
}
