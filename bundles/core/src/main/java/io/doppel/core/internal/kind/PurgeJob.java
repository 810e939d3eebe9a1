package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.api.job.Count;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.figures.Figures;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.Place;
import io.doppel.core.internal.retention.Retentions;
import io.doppel.core.internal.validate.BackgroundValidation;
import io.doppel.core.internal.validate.Written;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultHolds;
import java.time.Clock;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The kind {@code purge}: drops the versions that retention does not keep and gives their space back. */
public final class PurgeJob extends Kind {
    private static final String VAULT = "vault";
    private static final String RETENTION = "retention";
    private static final String UNUSED = "unused";
    private static final String GRACE = "grace";
    private static final String DRY_RUN = "dry-run";
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
            Rate.field("Most bytes a second read and written for copying"),
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
    private final Figures figures;
    private final Clock clock;
    private final BackgroundValidation validation;

    /** Made by the core. */
    public PurgeJob(
            Vaults vaults, Retentions retention, Figures figures, Clock clock, BackgroundValidation validation) {
        super("purge", "Drop versions by retention and give their space back", OPTIONS, false);
        this.validation = validation;
        this.vaults = vaults;
        this.retention = retention;
        this.figures = figures;
        this.clock = clock;
    }

    /** Space is wanted back also while as many backups as are allowed go on for a day. */
    @Override
    public Place place() {
        return Place.BESIDE;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        Settings options = context.options();
        String name = options.text(VAULT);
        Vault vault = vaults.openForWriting(name, context);
        tellOfHolds(vault, context);
        boolean dryRun = options.flag(DRY_RUN);
        double unused = options.integer(UNUSED) / 100.0;
        BitSet before = vault.packs().all();
        try {
            Drops drops = new Drops(vaults, name, context);
            if (options.flag(RETENTION) && dryRun) {
                drops.would(retention.wouldDrop(name));
            } else if (options.flag(RETENTION)) {
                retention.drop(name, clock.instant(), drops::drop);
            }
            context.task().result("dropped", Integer.toString(drops.dropped().size()));
            Set<String> without = drops.dropped().stream().map(VersionView::id).collect(Collectors.toSet());
            CollectOptions how =
                    dryRun ? CollectOptions.estimate(unused, without) : new CollectOptions(unused, Rate.of(options));
            PhaseTasks phases = new PhaseTasks(context.task());
            CollectReport report = vault.collect(how.withGrace(options.duration(GRACE)), phases, context.cancel());
            phases.end();
            figures.measured(name, vault, report, dryRun ? without : Set.of());
            if (!dryRun) {
                validate(name, vault, before, context);
            }
            tell(drops, report, dryRun, context);
        } catch (DoppelException e) {
            vaults.failed(name, vault, e);
            throw Vaults.named(name, vault, e);
        }
    }

    /** An unreadable hold keeps everything, and somebody has to do something about it. */
    private static void tellOfHolds(Vault vault, CoreContext context) throws DoppelException {
        List<VaultHolds.Found> holds = context.unlessCancelled(vault.holds()::all);
        long held = holds.stream()
                .filter(hold -> hold.problem().isEmpty())
                .map(VaultHolds.Found::versionId)
                .distinct()
                .count();
        context.task().result("held", Long.toString(held));
        holds.stream()
                .filter(hold -> !hold.problem().isEmpty())
                .map(hold -> new DoppelException(VaultError.UNREADABLE_HOLD, hold.problem()).getMessage())
                .forEach(text -> context.task().log(LogLine.Level.WARNING, "No version is dropped: " + text));
    }

    /** What was copied to new packs is all there is of it now. */
    private void validate(String name, Vault vault, BitSet before, CoreContext context) {
        BitSet copies = vault.packs().all();
        copies.andNot(before);
        if (!copies.isEmpty()) {
            Written written = new Written("Purge", vault, copies, Optional.empty(), copies, Set.of());
            validation.written(name, written, context.task());
        }
    }

    private static void tell(Drops drops, CollectReport report, boolean dryRun, CoreContext context) {
        report.notes().forEach(note -> context.task().log(LogLine.Level.WARNING, note));
        context.task().result("freed", Long.toString(report.bytesFreed()));
        context.task().result("written", Long.toString(report.bytesWritten()));
        context.task().result("used", Long.toString(report.bytesInUse()));
        context.task().result("kept", Long.toString(report.bytesKept()));
        context.task().result("unused", Long.toString(report.bytesUnused()));
        if (report.bytesKept() > 0) {
            context.task()
                    .log(
                            LogLine.Level.INFO,
                            "Kept for the resumption of an interrupted backup: " + ByteCount.text(report.bytesKept())
                                    + "; a purge without grace gives them back");
        }
        context.task().succeed(sentence(drops, report, dryRun));
    }

    private static String sentence(Drops drops, CollectReport report, boolean dryRun) {
        String versions = Count.text(drops.dropped().size(), "version");
        String freed = ByteCount.text(Math.max(0, report.bytesFreed())) + " ("
                + Count.text(report.packsDeleted(), "pack") + ")";
        String done = dryRun
                ? "Nothing was changed, a dry run: would drop " + versions + " and free about " + freed
                : "Dropped " + versions + ", freed " + freed;
        String inUse = drops.inUse() == 0
                ? ""
                : "; " + Count.text(drops.inUse(), "version") + " that runs need now, left for the next purge";
        return done + inUse + "; " + ByteCount.text(report.bytesInUse()) + " in use, "
                + ByteCount.text(report.bytesUnused()) + " unused";
    }
}
