package io.doppel.core.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.job.JobService;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.space.SpaceService;
import io.doppel.api.vault.FigureService;
import io.doppel.api.vault.StorageTestService;
import io.doppel.api.vault.VaultService;
import io.doppel.catalog.Catalog;
import io.doppel.core.internal.figures.Figures;
import io.doppel.core.internal.inventory.HostAdmin;
import io.doppel.core.internal.inventory.Hosts;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.JobEngine;
import io.doppel.core.internal.job.Limits;
import io.doppel.core.internal.kind.BackupJob;
import io.doppel.core.internal.kind.BootTestJob;
import io.doppel.core.internal.kind.ExportJob;
import io.doppel.core.internal.kind.PurgeJob;
import io.doppel.core.internal.kind.ReplicateJob;
import io.doppel.core.internal.kind.RestoreJob;
import io.doppel.core.internal.kind.ValidateJob;
import io.doppel.core.internal.kind.VaultJob;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.probe.StorageTests;
import io.doppel.core.internal.recovery.ConfigurationFiles;
import io.doppel.core.internal.recovery.CopyWriter;
import io.doppel.core.internal.recovery.LeaseWatch;
import io.doppel.core.internal.recovery.Recovery;
import io.doppel.core.internal.recovery.RecoveryCopier;
import io.doppel.core.internal.recovery.Replacement;
import io.doppel.core.internal.retention.Retentions;
import io.doppel.core.internal.space.SpaceGuard;
import io.doppel.core.internal.space.SpaceWatch;
import io.doppel.core.internal.state.FileSecretStore;
import io.doppel.core.internal.state.StateFolder;
import io.doppel.core.internal.validate.BackgroundValidation;
import io.doppel.core.internal.validate.Validation;
import io.doppel.core.internal.vault.VaultAdmin;
import io.doppel.core.internal.vault.VaultHoldings;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.JobHandler;
import io.doppel.vault.OpenVaults;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The core as a whole, put together from its parts; needs no OSGi. */
public final class DoppelCore implements AutoCloseable {
    private final Plugins plugins;
    private final AtomicReference<Limits> limits;
    private final Catalog catalog;
    private final FileSecretStore secrets;
    private final Hosts hosts;
    private final HostAdmin hostAdmin;
    private final Vaults vaults;
    private final VaultAdmin vaultAdmin;
    private final AtomicReference<Duration> clockGap = new AtomicReference<>(Duration.ofDays(8));
    private final Retentions retention;
    private final Figures figures;
    private final SpaceGuard space;
    private final SpaceWatch spaceWatch;
    private final StorageTests storageTests;
    private final JobEngine jobs;
    private final List<JobHandler> kinds;
    private final PluginWatch watch;
    private final BackgroundValidation validation;
    private final RecoveryCopier copier;
    private final Recovery recovery;
    private final LeaseWatch leases;

    private DoppelCore(StateFolder state, Catalog catalog, String serverName, Limits limits, Plugins plugins, Site site)
            throws DoppelException {
        Clock clock = site.clock();
        this.plugins = plugins;
        this.limits = new AtomicReference<>(limits);
        this.catalog = catalog;
        Claims claims = new Claims(kind -> this.limits.get().of(kind));
        secrets = FileSecretStore.open(state.secrets());
        VaultOwner owner = new VaultOwner(state.installationId(), serverName, state.life());
        vaults = new Vaults(catalog, plugins.storages(), secrets, owner, state.vaults());
        Replacement replacement = new Replacement(vaults);
        hosts = new Hosts(
                catalog, plugins.hypervisors(), secrets, state.installationId(), claims, replacement::isRuledOut);
        hostAdmin = new HostAdmin(catalog, hosts, plugins.hypervisors(), secrets, claims);
        VaultHoldings holdings = new VaultHoldings(vaults);
        retention = new Retentions(
                catalog,
                vaults.known()::version,
                holdings::in,
                hostAdmin::machines,
                clock,
                clockGap::get,
                vaults::removeVersions);
        storageTests = new StorageTests(plugins.storages(), secrets, vaults, state.installationId());
        figures = new Figures(vaults, retention, catalog.use(), clock);
        space = new SpaceGuard(vaults, catalog.space(), figures::growthPerDay, state.catalog(), state.vaults(), clock);
        spaceWatch = new SpaceWatch(space);
        jobs = new JobEngine(catalog, plugins.handlers(), hosts, claims, space, limits);
        Validation verdicts = new Validation(vaults.known(), clock);
        validation =
                new BackgroundValidation(catalog, vaults, jobs, claims, verdicts, ValidateJob.OPTIONS, clockGap::get);
        copier = new RecoveryCopier(
                vaults, new CopyWriter(catalog, secrets, vaults, site.configuration()), clock, site.copyDelay());
        vaultAdmin = new VaultAdmin(
                catalog, vaults, holdings, plugins.storages(), secrets, claims, validation, copier::tryAgain);
        kinds = List.of(
                new BackupJob(plugins, hosts, vaults, catalog.bases(), verdicts, validation),
                new RestoreJob(plugins, hosts, vaults),
                new ExportJob(plugins, vaults),
                new ReplicateJob(hosts),
                new BootTestJob(plugins, hosts, vaults, clock),
                new ValidateJob(vaults, verdicts),
                new PurgeJob(vaults, retention, figures, clock, validation),
                new VaultJob(vaults, hosts, retention, verdicts, validation, clock));
        kinds.forEach(plugins.handlers()::add);
        recovery = new Recovery(state.folder(), catalog, secrets, plugins, owner, copier, site.restart());
        leases = new LeaseWatch(vaults);
        copier.changed();
        catalog.onChange(copier::changed);
        secrets.onChange(copier::changed);
        jobs.subscribe(event -> {
            if (event.run().state().isFinal() && event.task().isEmpty()) {
                copier.changed();
            }
        });
        watch = new PluginWatch(plugins, hosts, vaults, copier);
    }

    /** Opens the core of a server that has no configuration files and is started anew by hand after a recovery. */
    public static DoppelCore open(Path folder, String serverName, Limits limits, Plugins plugins)
            throws DoppelException {
        return open(folder, serverName, limits, plugins, Site.DEFAULT);
    }

    /**
     * Opens the core.
     *
     * @param folder folder of the state; made if absent
     * @param serverName name of this server for people who meet its lease on a vault
     * @param plugins what plug-ins register, now and later
     * @param configuration files that people edit
     * @param restart starts the services anew after a recovery
     */
    public static DoppelCore open(
            Path folder,
            String serverName,
            Limits limits,
            Plugins plugins,
            ConfigurationFiles configuration,
            Recovery.Restart restart)
            throws DoppelException {
        Site site = new Site(Clock.systemUTC(), Site.DEFAULT.copyDelay(), configuration, restart);
        return open(folder, serverName, limits, plugins, site);
    }

    /**
     * What differs between a server and a test.
     *
     * @param clock for retention, validation and recovery copies
     * @param copyDelay how long further changes are waited for before a recovery copy is put
     * @param configuration files that people edit
     * @param restart starts the services anew after a recovery
     */
    record Site(Clock clock, Duration copyDelay, ConfigurationFiles configuration, Recovery.Restart restart) {
        static final Site DEFAULT =
                new Site(Clock.systemUTC(), Duration.ofSeconds(20), new ConfigurationFiles(Optional.empty()), () -> {});
    }

    /** As the others, there. */
    static DoppelCore open(Path folder, String serverName, Limits limits, Plugins plugins, Site site)
            throws DoppelException {
        StateFolder state = StateFolder.open(folder);
        site.configuration().use(state.recoveredConfiguration());
        Catalog catalog = Catalog.open(state.catalog());
        boolean done = false;
        try {
            DoppelCore core = new DoppelCore(state, catalog, serverName, limits, plugins, site);
            done = true;
            return core;
        } finally {
            if (!done) {
                catalog.close();
            }
        }
    }

    /** Changes limits; what is under way goes on. */
    public void setLimits(Limits now) {
        limits.set(now);
        jobs.setLimits(now);
    }

    /** Changes the longest plausible time between two signs of a vault's use, after which retention doubts the clock. */
    public void setClockGap(Duration gap) {
        clockGap.set(gap);
    }

    /** The job service. */
    public JobService jobs() {
        return jobs;
    }

    /** The inventory. */
    public InventoryService inventory() {
        return hostAdmin;
    }

    /** The vault service. */
    public VaultService vaults() {
        return vaultAdmin;
    }

    /** Figures of the vaults. */
    public FigureService figures() {
        return figures;
    }

    /** Free space. */
    public SpaceService space() {
        return space;
    }

    /** Looks at the free space between jobs. */
    public SpaceWatch spaceWatch() {
        return spaceWatch;
    }

    /** Tests of storage targets. */
    public StorageTestService storageTests() {
        return storageTests;
    }

    /** What validates vaults by itself. */
    BackgroundValidation validation() {
        return validation;
    }

    /** Retention. */
    public RetentionService retention() {
        return retention;
    }

    /** Recovery. */
    public Recovery recovery() {
        return recovery;
    }

    /** What tells others that this server lives. */
    LeaseWatch leases() {
        return leases;
    }

    /** The vaults that are open, for processors in this server. */
    public OpenVaults openVaults() {
        return vaults;
    }

    /** The secret store. */
    public SecretStore secrets() {
        return secrets;
    }

    /** Ends all runs as interrupted, then closes everything. */
    @Override
    public void close() {
        try (catalog;
                hosts;
                vaults) {
            watch.close();
            validation.close();
            jobs.close();
            storageTests.close();
            spaceWatch.close();
            space.close();
            leases.close();
            copier.close();
            kinds.forEach(plugins.handlers()::remove);
        }
    }
}
