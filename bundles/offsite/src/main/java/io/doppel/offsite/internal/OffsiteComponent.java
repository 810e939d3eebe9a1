package io.doppel.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.listener.ListenerPort;
import io.doppel.spi.listener.ListenerRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The offsite module in the server: opened with the bundle, looked after once a minute. */
@Component(
        immediate = true,
        service = OffsiteComponent.class,
        configurationPid = OffsiteConfig.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL)
@Designate(ocd = OffsiteConfig.class)
public final class OffsiteComponent {
    private static final Logger LOG = LoggerFactory.getLogger(OffsiteComponent.class);

    private final OffsiteModule module;
    private final ListenerPort port;
    private final ScheduledExecutorService minutes;
    private final ServiceRegistration<ListenerRole> role;

    /** Opens the module. */
    @Activate
    public OffsiteComponent(OffsiteConfig config, BundleContext bundles, @Reference ListenerPort port)
            throws DoppelException {
        this.port = port;
        Path folder = config.folder().isBlank()
                ? Path.of(bundles.getProperty("karaf.data"), "offsite")
                : Path.of(config.folder());
        module = OffsiteModule.open(
                folder.toAbsolutePath(), settings(config), System::nanoTime, System::currentTimeMillis);
        role = bundles.registerService(ListenerRole.class, module.role(), new Hashtable<>());
        minutes = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "offsite-minutes");
            thread.setDaemon(true);
            return thread;
        });
        minutes.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.MINUTES);
        LOG.info("The offsite module serves '{}' on port {}", folder, port.port());
    }

    private static ModuleSettings settings(OffsiteConfig config) {
        return new ModuleSettings(
                Duration.ofHours(config.window$_$hours()),
                (long) config.free$_$space$_$mib() << 20,
                config.objects$_$per$_$store(),
                config.alert$_$share$_$percent());
    }

    private void tick() {
        try {
            module.tick();
        } catch (RuntimeException e) {
            // One that gets out would end all later ones.
            LOG.error("The offsite module could not look after its clients", e);
        }
    }

    /** The module. */
    public OffsiteModule module() {
        return module;
    }

    /** The port that it is served on. */
    public ListenerPort port() {
        return port;
    }

    /** Closes the module. */
    @Deactivate
    void close() throws DoppelException {
        role.unregister();
        minutes.shutdownNow();
        module.close();
    }
}
