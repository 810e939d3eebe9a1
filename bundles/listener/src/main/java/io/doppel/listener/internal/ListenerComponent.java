package io.doppel.listener.internal;

import io.doppel.api.tls.Fingerprint;
import io.doppel.spi.listener.ListenerPort;
import io.doppel.spi.listener.ListenerRole;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TLS port in the server, open as long as this bundle is there. */
@Component(
        immediate = true,
        service = ListenerPort.class,
        configurationPid = ListenerConfig.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL)
@Designate(ocd = ListenerConfig.class)
public final class ListenerComponent implements ListenerPort {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerComponent.class);

    private final TlsListener listener;

    /** Opens the port. */
    @Activate
    public ListenerComponent(ListenerConfig config, BundleContext bundles) throws IOException {
        Path key = config.key$_$file().isBlank()
                ? Path.of(bundles.getProperty("karaf.data"), "listener.key")
                : Path.of(config.key$_$file());
        InetSocketAddress address = config.address().isBlank()
                ? new InetSocketAddress(config.port())
                : new InetSocketAddress(config.address(), config.port());
        listener = TlsListener.start(address, IdentityFile.open(key.toAbsolutePath()));
        LOG.info("TLS port {} is open; its certificate is {}", listener.port(), listener.fingerprint());
    }

    /** A role came. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addRole(ListenerRole role) {
        listener.add(role);
    }

    /** A role goes. */
    public void removeRole(ListenerRole role) {
        listener.remove(role);
    }

    @Override
    public int port() {
        return listener.port();
    }

    @Override
    public Fingerprint fingerprint() {
        return listener.fingerprint();
    }

    /** Closes the port. */
    @Deactivate
    void close() {
        listener.close();
    }
}
