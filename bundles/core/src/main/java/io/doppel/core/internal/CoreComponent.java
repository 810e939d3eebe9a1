package io.doppel.core.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.job.JobService;
import io.doppel.api.recovery.RecoveryService;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.space.SpaceService;
import io.doppel.api.vault.FigureService;
import io.doppel.api.vault.StorageTestService;
import io.doppel.api.vault.VaultService;
import io.doppel.core.internal.job.Limits;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.recovery.ConfigurationFiles;
import io.doppel.spi.export.MachineFormat;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.job.JobHandler;
import io.doppel.spi.processor.Processor;
import io.doppel.spi.storage.StorageType;
import io.doppel.spi.transport.Transport;
import io.doppel.vault.OpenVaults;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The core as a component: takes plug-ins from the service registry and puts the core's services there. */
@Component(
        service = {},
        immediate = true,
        configurationPid = CoreConfig.PID)
@Designate(ocd = CoreConfig.class)
public final class CoreComponent {
    private static final Logger LOG = LoggerFactory.getLogger(CoreComponent.class);

    private final Plugins plugins = new Plugins();
    private final List<ServiceRegistration<?>> forPlugIns = new ArrayList<>();
    private final List<ServiceRegistration<?>> forPeople = new ArrayList<>();
    private BundleContext bundle;
    private Path folder;
    private CoreConfig config;
    private DoppelCore core;
    private boolean active;

    @Activate
    synchronized void start(BundleContext context, CoreConfig given) throws DoppelException {
        bundle = context;
        config = given;
        folder = folder(config);
        try {
            core = DoppelCore.open(
                    folder,
                    serverName(config),
                    limits(config),
                    plugins,
                    new ConfigurationFiles(Optional.ofNullable(context.getProperty("karaf.etc"))
                            .map(Path::of)),
                    this::restart);
        } catch (DoppelException e) {
            LOG.error("Doppel cannot start: {}", e.getMessage());
            throw e;
        }
        core.setClockGap(clockGap(config));
        core.spaceWatch().every(spaceCheck(config));
        forPlugIns.add(register(SecretStore.class, core.secrets()));
        forPlugIns.add(register(OpenVaults.class, core.openVaults()));
        forPeople.add(register(InventoryService.class, core.inventory()));
        forPeople.add(register(VaultService.class, core.vaults()));
        forPeople.add(register(StorageTestService.class, core.storageTests()));
        forPeople.add(register(SpaceService.class, core.space()));
        forPeople.add(register(FigureService.class, core.figures()));
        forPeople.add(register(RetentionService.class, core.retention()));
        forPeople.add(register(JobService.class, core.jobs()));
        forPeople.add(register(RecoveryService.class, core.recovery()));
        active = true;
    }

    /** After a recovery: the same component with the state that was brought back. */
    private synchronized void restart() throws DoppelException {
        if (active) {
            CoreConfig last = config;
            stop();
            start(bundle, last);
        }
    }

    @Modified
    synchronized void change(CoreConfig given) throws DoppelException {
        if (folder(given).equals(folder)) {
            config = given;
            core.setLimits(limits(given));
            core.setClockGap(clockGap(given));
            core.spaceWatch().every(spaceCheck(given));
        } else {
            stop();
            start(bundle, given);
        }
    }

    @Deactivate
    synchronized void stop() {
        active = false;
        // people's services first, so that nothing new begins; what runs needs what plug-ins use, and ends as
        // interrupted
        unregister(forPeople);
        core.close();
        unregister(forPlugIns);
    }

    private static void unregister(List<ServiceRegistration<?>> services) {
        services.forEach(ServiceRegistration::unregister);
        services.clear();
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service) {
        return bundle.registerService(type, service, null);
    }

    private Path folder(CoreConfig config) {
        String given = config.state$_$dir().strip();
        Path chosen = given.isEmpty() ? Path.of(bundle.getProperty("karaf.data"), "doppel") : Path.of(given);
        return chosen.toAbsolutePath().normalize();
    }

    private static String serverName(CoreConfig config) {
        if (!config.server$_$name().isBlank()) {
            return config.server$_$name().strip();
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static Duration clockGap(CoreConfig config) {
        return Duration.ofDays(Math.max(1, config.retention$_$clock$_$gap$_$days()));
    }

    private static Duration spaceCheck(CoreConfig config) {
        return Duration.ofMinutes(Math.max(0, config.space$_$check$_$minutes()));
    }

    private static Limits limits(CoreConfig config) {
        return new Limits(
                config.max$_$runs(),
                config.max$_$machines(),
                config.max$_$machines$_$per$_$host(),
                config.max$_$machines$_$per$_$vault());
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHypervisor(HypervisorType type) {
        plugins.hypervisors().add(type);
    }

    void removeHypervisor(HypervisorType type) {
        plugins.hypervisors().remove(type);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addStorage(StorageType type) {
        plugins.storages().add(type);
    }

    void removeStorage(StorageType type) {
        plugins.storages().remove(type);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTransport(Transport transport) {
        plugins.transports().add(transport);
    }

    void removeTransport(Transport transport) {
        plugins.transports().remove(transport);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addProcessor(Processor processor) {
        plugins.processors().add(processor);
    }

    void removeProcessor(Processor processor) {
        plugins.processors().remove(processor);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addFormat(MachineFormat format) {
        plugins.formats().add(format);
    }

    void removeFormat(MachineFormat format) {
        plugins.formats().remove(format);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHandler(JobHandler handler) {
        plugins.handlers().add(handler);
    }

    void removeHandler(JobHandler handler) {
        plugins.handlers().remove(handler);
    }
}
