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
import io.doppel.core.internal.validate.BackgroundValidation;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import java.time.Clock;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The kind {@code purge}: drops the versions that retention does not keep and gives their space back. */
public final class PurgeJob implements CoreHandler {
    private static final String VAULT = "vault";
    private static final String RETENTION = "retention";
    private static final String UNUSED = "unused";
    private static final String RATE = "rate";
    private static final String DRY_RUN = "dry-run";

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
            SettingField.optional(DRY_RUN, SettingType.BOOLEAN, "Only log what would be dropped and freed.")
                    .withDefault("false"));

    private final Vaults vaults;
    private final Retentions retention;
    private final Clock clock;
    private final BackgroundValidation validation;

    /** Made by the core. */
    public PurgeJob(Vaults vaults, Retentions retention, Clock clock, BackgroundValidation validation) {
        this.validation = validation;
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
        BitSet before = vault.packs().all();
        try {
            CollectReport report = vault.collect(
                    dryRun ? CollectOptions.estimate(unused, without) : new CollectOptions(unused, options.size(RATE)),
                    new PhaseTasks(context.task()),
                    context.cancel());
            if (!dryRun) {
                validate(name, vault, before);
            }
            tell(dropped, report, dryRun, context);
        } catch (DoppelException e) {
            vaults.failed(name, vault, e);
            throw e;
        }
    }

    /** What was copied to new packs is all there is of it now. */
    private void validate(String name, Vault vault, BitSet before) throws DoppelException {
        BitSet copies = vault.packs().all();
        copies.andNot(before);
        if (!copies.isEmpty()) {
            validation.written(name, vault, "Purge", copies, Optional.empty(), copies, Set.of());
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
        context.task().result("unused", Long.toString(report.bytesUnused()));
        String freed = report.bytesFreed() + " bytes, " + report.packsDeleted() + " packs";
        context.task().succeed(dryRun ? "Nothing was changed: a dry run; would free " + freed : "Freed " + freed);
    }
}
