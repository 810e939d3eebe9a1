package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.BootTest;
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
import io.doppel.spi.hypervisor.MachineControl;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Hold;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The kind {@code boot-test}: restores a version without any network, starts it, waits for its guest, removes it. */
public final class BootTestJob extends Kind {
    private static final String VERSION = "version";
    private static final String HOST = "host";
    private static final String WAIT = "wait";
    private static final long POLL_MILLIS = 500;

    private static final SettingsSpec OPTIONS = SettingsSpec.of(
            SettingField.required(VERSION, SettingType.TEXT, "Id of the version, or the beginning of it."),
            SettingField.optional(HOST, SettingType.TEXT, "Host to test on; the one of the version if empty."),
            SettingField.optional(WAIT, SettingType.DURATION, "How long the machine may take until its guest reports.")
                    .withLimits(1, Duration.ofDays(1).toSeconds())
                    .withDefault("10m"),
            HostOptions.FIELD,
            Rate.field("Most bytes a second read from the version"));

    private final Plugins plugins;
    private final Hosts hosts;
    private final Vaults vaults;
    private final Clock clock;

    /** Made by the core. */
    public BootTestJob(Plugins plugins, Hosts hosts, Vaults vaults, Clock clock) {
        super("boot-test", "Start a version on a network of its own, and remove it again", OPTIONS, false);
        this.clock = clock;
        this.plugins = plugins;
        this.hosts = hosts;
        this.vaults = vaults;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        VersionView view = vaults.known().version(context.options().text(VERSION));
        String host = context.options().find(HOST).orElse(view.host());
        Leftovers.sweep(hosts, host, context);
        try (Claims.Hold claimed = context.claim(List.of(Claim.vault(view.vault()), Claim.host(host)))) {
            Vault vault = vaults.open(view.vault(), context);
            Optional<Hold> hold = VersionRestore.hold(vault, view, "boot test", context);
            try {
                test(vault, view, host, context);
            } finally {
                hold.ifPresent(Hold::close);
            }
        }
    }

    private void test(Vault vault, VersionView view, String hostName, CoreContext context) throws DoppelException {
        HostConnection host = hosts.connection(hostName, context);
        MachineControl control = host.host()
                .control()
                .orElseThrow(() -> new DoppelException(
                        CommonError.UNSUPPORTED, "Doppel cannot start machines on host '" + hostName + "'"));
        Map<String, String> options =
                HostOptions.of(context, hosts.typeOf(hostName).restoreOptions(), "The type of host '" + hostName + "'");
        VersionManifest version = vault.version(view.id());
        RestoreRequest request = new RestoreRequest(
                context.runId() + "-" + UUID.randomUUID().toString().substring(0, 8),
                version.machine().id(),
                Optional.empty(),
                "doppel-boot-test-" + context.runId() + "-" + version.machine().name(),
                VersionRestore.machineDisks(version.disks()),
                version.machineConfig(),
                true,
                options);
        Optional<String> made = Optional.empty();
        String said;
        try {
            TaskScope preparing = context.task().child("Prepare the machine");
            try (RestoreTarget target = host.host().prepareRestore(request, new ContextWork(context, preparing))) {
                target.plan().forEach(line -> preparing.log(LogLine.Level.INFO, line));
                preparing.succeed("Ready to be written");
                new VersionRestore(plugins, vault.id(), version, context).move(version.disks(), target, false);
                context.cancel().check();
                made = Optional.of(target.finish());
            }
            said = boot(control, made.get(), context);
            note(view, true, said);
        } catch (DoppelException e) {
            if (e.is(JobError.BOOT)) {
                note(view, false, e.what());
            }
            throw e;
        } finally {
            made.ifPresent(machine -> destroy(control, machine, hostName, context));
        }
        context.task().result("boot", said);
        context.task().succeed("Version " + view.id() + " of machine '" + view.machineName() + "' starts: " + said);
    }

    /** Whatever else ends a test (cancelled, the host fails) says nothing of the version. */
    private void note(VersionView view, boolean started, String said) throws DoppelException {
        vaults.known().bootTested(view, new BootTest(clock.instant(), started, said));
    }

    /** What the guest said, and after how long. */
    private static String boot(MachineControl control, String machine, CoreContext context) throws DoppelException {
        Settings options = context.options();
        TaskScope task = context.task().child("Start the machine");
        long begin = System.nanoTime();
        long end = begin + options.duration(WAIT).toNanos();
        control.start(machine, new ContextWork(context, task));
        while (true) {
            context.cancel().check();
            MachineControl.GuestState state = control.state(machine);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
            if (state.running() && state.guestReports()) {
                String said = "its guest reported after " + seconds + " s"
                        + (state.details().isEmpty() ? "" : " (" + state.details() + ")");
                task.succeed(said);
                return said;
            }
            if (!state.running()) {
                throw new DoppelException(
                        JobError.BOOT, "The machine went off by itself " + seconds + " s after its start");
            }
            if (System.nanoTime() > end) {
                throw new DoppelException(
                        JobError.BOOT, "The machine runs, and its guest did not report within " + seconds + " s");
            }
            pause(context);
        }
    }

    private static void pause(CoreContext context) throws DoppelException {
        CountDownLatch cancelled = new CountDownLatch(1);
        try (Subscription s = context.cancel().onCancel(cancelled::countDown)) {
            cancelled.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DoppelException(JobError.INTERRUPTED, "The server stops", e);
        }
    }

    /** However the test ended. */
    private static void destroy(MachineControl control, String machine, String host, CoreContext context) {
        try {
            control.destroy(machine);
        } catch (DoppelException e) {
            context.task()
                    .log(
                            LogLine.Level.WARNING,
                            "Machine '" + machine + "' of the boot test is still on host '" + host + "': "
                                    + e.getMessage());
        }
    }
}
