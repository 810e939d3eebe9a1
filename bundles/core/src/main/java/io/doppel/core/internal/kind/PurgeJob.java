package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.CoreHandler;
import io.doppel.core.internal.retention.Retentions;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The kind {@code purge}: drops the versions that retention does not keep and gives their space back. */
public final class PurgeJob implements CoreHandler {
    private static final String VAULT = "vault";
    private static final String RETENTION = "retention";
    private static final String UNUSED = "unused";
    private static final String RATE = "rate";
    private static final String GRACE = "grace";
    private static final String DRY_RUN = "dry-run";
    private static final long MIB = 1L << 20;
    private static final long TEN_YEARS = Duration.ofDays(3650).toSeconds();

    private static final SettingsSpec OPTIONS = SettingsSpec.of(
            SettingField.required(VAULT, SettingType.TEXT, "The vault."),
            SettingField.optional(
                            RETENTION, SettingType.BOOLEAN, "Drop what the vault's retention does not keep first.")
                    .withDefault("true"),
            SettingField.optional(
                            UNUSED,
                            SettingType.INTEGER,
                            "Percent of the bytes in use that may stay unused; the fewer, the more has to be copied.")
                    .withLimits(0, 100)
                    .withDefault("5"),
            SettingField.optional(
                            RATE, SettingType.SIZE, "Most bytes a second read and written for copying; 0 for no limit.")
                    .withLimits(0, Long.MAX_VALUE)
                    .withDefault("0"),
            SettingField.optional(
                            GRACE,
                            SettingType.DURATION,
                            "How long what interrupted backups stored is kept for their resumption; more than a week, so that a weekly "
                                    + "backup finds it.")
                    .withLimits(0, TEN_YEARS)
                    .withDefault("8d"),
            SettingField.optional(DRY_RUN, SettingType.BOOLEAN, "Only log what would be dropped and freed.")
                    .withDefault("false"));

    private final Vaults vaults;
    private final Retentions retention;
    private final Clock clock;

    /** Made by the core. */
    public PurgeJob(Vaults vaults, Retentions retention, Clock clock) {
        this.vaults = vaults;
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "purge";
    }

    @Override
    public String title() {
        return "Drop versions by retention and give their space back";
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
        String name = options.text(VAULT);
        Vault vault = vaults.open(name, context);
        if (vault.readOnly()) {
            throw new DoppelException(JobError.VAULT_READ_ONLY, "Vault '" + name + "' is attached for reading only");
        }
        boolean dryRun = options.flag(DRY_RUN);
        List<VersionView> dropped = List.of();
        if (options.flag(RETENTION)) {
            dropped = dryRun
                    ? retention.wouldDrop(name)
                    : retention.drop(name, clock.instant(), version -> drop(name, version, context));
        }
        double unused = options.integer(UNUSED) / 100.0;
        Set<String> without = dropped.stream().map(VersionView::id).collect(Collectors.toSet());
        try {
            CollectOptions how =
                    dryRun ? CollectOptions.estimate(unused, without) : new CollectOptions(unused, options.size(RATE));
            CollectReport report = vault.collect(
                    how.withGrace(options.duration(GRACE)), new PhaseTasks(context.task()), context.cancel());
            tell(dropped, report, dryRun, context);
        } catch (DoppelException e) {
            vaults.failed(name, vault, e);
            throw e;
        }
    }

    private void drop(String vault, VersionView version, CoreContext context) throws DoppelException {
        context.cancel().check();
        String what = "Version " + version.id() + " of '" + version.machineName() + "', taken " + version.takenAt();
        try {
            vaults.removeVersions(vault, List.of(version.id()));
            context.task().log(LogLine.Level.INFO, what + ", was dropped");
        } catch (DoppelException e) {
            if (!e.is(VaultError.IN_USE)) {
                throw e;
            }
            context.task().log(LogLine.Level.INFO, what + ", is in use and stays until the next purge");
        }
    }

    private static void tell(List<VersionView> dropped, CollectReport report, boolean dryRun, CoreContext context) {
        report.notes().forEach(note -> context.task().log(LogLine.Level.WARNING, note));
        if (dryRun) {
            dropped.forEach(v -> context.task()
                    .log(
                            LogLine.Level.INFO,
                            "Would drop version " + v.id() + " of '" + v.machineName() + "', taken " + v.takenAt()));
        }
        context.task().result("dropped", Integer.toString(dropped.size()));
        context.task().result("freed", Long.toString(report.bytesFreed()));
        context.task().result("written", Long.toString(report.bytesWritten()));
        context.task().result("used", Long.toString(report.bytesInUse()));
        context.task().result("kept", Long.toString(report.bytesKept()));
        context.task().result("unused", Long.toString(report.bytesUnused()));
        if (report.bytesKept() > 0) {
            context.task()
                    .log(
                            LogLine.Level.INFO,
                            "Kept for the resumption of an interrupted backup: " + report.bytesKept() / MIB
                                    + " MiB; a purge without grace gives them back");
        }
        String freed = report.bytesFreed() + " bytes, " + report.packsDeleted() + " packs";
        context.task().succeed(dryRun ? "Nothing was changed: a dry run; would free " + freed : "Freed " + freed);
    }
}
