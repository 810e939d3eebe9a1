package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.api.job.Count;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.HostAccess;
import io.doppel.core.internal.job.MachineSource;
import io.doppel.core.internal.retention.Retentions;
import io.doppel.core.internal.validate.BackgroundValidation;
import io.doppel.core.internal.validate.Validation;
import io.doppel.core.internal.validate.Written;
import io.doppel.core.internal.vault.KnownVersions;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Hold;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.copy.Arrival;
import io.doppel.vault.copy.CopyOptions;
import io.doppel.vault.copy.CopyReport;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kind {@code vault}: copies versions from one vault to another, of which only what that one lacks is sent (docs/offsite-vaulting.md). */
public final class VaultJob extends Kind {
    private static final String STREAMS = "streams";
    private static final String VERIFY = "verify";
    private static final String VALIDATE = "validate";
    private static final int MOST_STREAMS = 64;

    private static final SettingsSpec OPTIONS = SettingsSpec.of(Stream.of(
                    VaultPair.FIELDS,
                    VaultChoice.FIELDS,
                    List.of(SettingField.optional(
                                    STREAMS,
                                    SettingType.INTEGER,
                                    "Threads that read and send; fewer if one of the targets can do less at once.")
                            .withLimits(1, MOST_STREAMS)
                            .withDefault("4")),
                    Bandwidth.FIELDS,
                    List.of(
                            SettingField.choice(
                                    VERIFY,
                                    "How it is proved that a version arrived before it is published: each pack is there in full"
                                            + " length; or a sample of each is read back; or everything is.",
                                    "sample",
                                    Stream.of(Arrival.values())
                                            .map(a -> a.name().toLowerCase(Locale.ROOT))
                                            .toList()),
                            SettingField.optional(
                                            VALIDATE,
                                            SettingType.BOOLEAN,
                                            "Read and check afterwards, in a run of its own, what was written.")
                                    .withDefault("false")))
            .flatMap(List::stream)
            .toArray(SettingField[]::new));

    private final Vaults vaults;
    private final HostAccess hosts;
    private final VaultChoice choice;
    private final Validation verdicts;
    private final BackgroundValidation validation;
    private final Clock clock;

    /** Made by the core. */
    public VaultJob(
            Vaults vaults,
            HostAccess hosts,
            Retentions retention,
            Validation verdicts,
            BackgroundValidation validation,
            Clock clock) {
        super("vault", "Copy versions to another vault, offsite or back", OPTIONS, true);
        this.vaults = vaults;
        this.hosts = hosts;
        this.choice = new VaultChoice(vaults.known(), retention, clock);
        this.verdicts = verdicts;
        this.validation = validation;
        this.clock = clock;
    }

    @Override
    public Optional<MachineSource> machines(Settings options) {
        return Optional.of(new StoredMachines(vaults, VaultPair.of(options).from(), hosts));
    }

    @Override
    public List<String> fills(Settings options) {
        return List.of(VaultPair.of(options).to());
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        VaultPair pair = VaultPair.of(context.options());
        pair.check();
        CopyOptions how = options(context);
        // the engine holds the one that the option 'vault' names
        try (Claims.Hold hold = context.claimBeside(Claim.vault(pair.other()))) {
            Vault source = vaults.open(pair.from(), context);
            Vault target = vaults.openForWriting(pair.to(), context);
            if (!target.sharesDomain(source)) {
                throw new DoppelException(
                        VaultError.OTHER_DOMAIN,
                        "Vaults '" + pair.from() + "' and '" + pair.to() + "' have different dedup domains");
            }
            try {
                copyAll(
                        choice.of(pair, source.id(), target.id(), Set.copyOf(source.versionIds()), context),
                        pair,
                        source,
                        target,
                        how,
                        context);
            } catch (DoppelException e) {
                vaults.failed(pair.from(), source, e);
                vaults.failed(pair.to(), target, e);
                throw Vaults.named(pair.to(), target, Vaults.named(pair.from(), source, e));
            }
        }
    }

    private CopyOptions options(CoreContext context) throws DoppelException {
        Settings options = context.options();
        return CopyOptions.usual()
                .withStreams((int) options.integer(STREAMS))
                .withArrival(Arrival.valueOf(options.text(VERIFY).toUpperCase(Locale.ROOT)))
                .withLimit(Bandwidth.of(options).limit(clock));
    }

    private void copyAll(
            List<VersionView> versions,
            VaultPair pair,
            Vault source,
            Vault target,
            CopyOptions how,
            CoreContext context)
            throws DoppelException {
        List<CopyReport> done = new ArrayList<>();
        tell(done, context);
        DoppelException first = null;
        for (VersionView version : versions) {
            TaskScope task = context.task().child("Version of " + version.takenAt() + ", " + version.id());
            try {
                done.add(copy(version, pair, source, target, how, task, context));
            } catch (DoppelException e) {
                task.fail(e);
                context.cancel().check();
                if (!concernsOneVersion(e)) {
                    throw e;
                }
                first = first == null ? e : first;
            } finally {
                tell(done, context);
            }
        }
        if (first != null) {
            throw first;
        }
        context.task().succeed(sentence(done));
    }

    /** Whether others can be copied all the same. */
    private static boolean concernsOneVersion(DoppelException e) {
        return Stream.of(
                        VaultError.DAMAGED_SOURCE,
                        VaultError.DAMAGED_OBJECT,
                        VaultError.MISSING_OBJECT,
                        VaultError.NO_VERSION,
                        VaultError.NOT_ARRIVED)
                .anyMatch(e::is);
    }

    private CopyReport copy(
            VersionView version,
            VaultPair pair,
            Vault source,
            Vault target,
            CopyOptions how,
            TaskScope task,
            CoreContext context)
            throws DoppelException {
        Optional<Hold> held = VersionRestore.hold(source, version, "copy to vault '" + pair.to() + "'", context);
        try {
            CopyTasks phases = new CopyTasks(task);
            CopyReport report = target.copyFrom(source, version.id(), how, phases, context.cancel());
            phases.end();
            String id = report.version().id();
            task.result("version", id);
            if (report.result() == CopyReport.Result.COPIED) {
                vaults.known().keep(KnownVersions.view(pair.to(), report.version()));
            }
            verdicts.recheck(pair.to(), target, task, context.cancel());
            if (context.options().flag(VALIDATE)) {
                Set<String> bases = report.base().stream().collect(Collectors.toSet());
                validation.written(
                        pair.to(),
                        new Written(
                                "Copy, version " + id,
                                target,
                                report.writtenPacks(),
                                Optional.of(id),
                                report.usedPacks(),
                                bases),
                        task);
            }
            task.succeed(sentence(report));
            return report;
        } finally {
            held.ifPresent(Hold::close);
        }
    }

    private static String sentence(CopyReport report) {
        String id = "version " + report.version().id();
        String sent = ByteCount.text(report.sentBytes()) + " sent";
        return switch (report.result()) {
            case COPIED -> "Copied as " + id + ": " + sent;
            case HEALED -> "Healed " + id + ": " + sent;
            case PRESENT -> "Is there already as " + id;
        };
    }

    private static void tell(List<CopyReport> done, CoreContext context) {
        context.task().result("copied", Long.toString(count(done, CopyReport.Result.COPIED)));
        context.task().result("healed", Long.toString(count(done, CopyReport.Result.HEALED)));
        context.task()
                .result(
                        "read",
                        Long.toString(
                                done.stream().mapToLong(CopyReport::readBytes).sum()));
        context.task()
                .result(
                        "sent",
                        Long.toString(
                                done.stream().mapToLong(CopyReport::sentBytes).sum()));
        context.task()
                .result(
                        "skipped",
                        Long.toString(done.stream()
                                .mapToLong(CopyReport::skippedBytes)
                                .sum()));
    }

    private static long count(List<CopyReport> done, CopyReport.Result result) {
        return done.stream().filter(r -> r.result() == result).count();
    }

    private static String sentence(List<CopyReport> done) {
        long healed = count(done, CopyReport.Result.HEALED);
        long copied = count(done, CopyReport.Result.COPIED);
        if (copied + healed == 0) {
            return "Nothing to copy: all that was wanted is there";
        }
        long sent = done.stream().mapToLong(CopyReport::sentBytes).sum();
        return "Copied " + Count.text(copied, "version")
                + (healed == 0 ? "" : ", healed " + Count.text(healed, "version")) + "; " + ByteCount.text(sent)
                + " sent";
    }
}
