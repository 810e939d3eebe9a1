package io.doppel.core.internal.inventory;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.secret.SecretStore;
import io.doppel.catalog.BaseRecords;
import io.doppel.catalog.HostRecord;
import io.doppel.core.internal.plugin.Guard;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection to one host, made when it is needed. */
final class HostLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostLink.class);

    private final HostRecord record;
    private final Registry<HypervisorType> types;
    private final SecretStore secrets;
    private final String installationId;
    private final LinkMemory memory;
    private final BaseRecords bases;
    private volatile HostConnection connection;
    private volatile Status status = new Status(ConnectionState.UNKNOWN, "");

    /**
     * How the host is.
     *
     * @param state whether it can be used
     * @param message why not
     */
    record Status(ConnectionState state, String message) {}

    HostLink(
            HostRecord record,
            Registry<HypervisorType> types,
            SecretStore secrets,
            String installationId,
            LinkMemory memory,
            BaseRecords bases) {
        this.record = record;
        this.types = types;
        this.secrets = secrets;
        this.installationId = installationId;
        this.memory = memory;
        this.bases = bases;
    }

    /** The connected host; connects if it is not. Others wait meanwhile. */
    synchronized HostConnection connection() throws DoppelException {
        if (connection != null && connection.gate().isGone()) {
            close();
        }
        if (connection == null) {
            try {
                connection = connect();
                status = new Status(ConnectionState.CONNECTED, "");
            } catch (DoppelException e) {
                noted(e);
                throw e;
            }
        }
        return connection;
    }

    private HostConnection connect() throws DoppelException {
        Plugin<HypervisorType> plugin = types.get(record.type());
        HostContext context = new HostContext(
                record.name(),
                installationId,
                SecretSettings.forPlugin(plugin.service().settings(), record.settings()),
                secrets,
                memory);
        HypervisorHost host = plugin.service().connect(context);
        if (plugin.gate().isGone()) {
            // it left while this connected, so nobody will tell this link to let go of it
            host.close();
            throw plugin.gate().failure();
        }
        return new HostConnection(Guard.wrap(HypervisorHost.class, host, plugin.gate()), plugin.gate());
    }

    /** Removes leftovers of any age; the caller holds the host alone. */
    List<String> sweep() throws DoppelException {
        return connection().host().sweep(Duration.ZERO, bases.ofHost(record.name()));
    }

    /** The settings that were tried with it are kept now. */
    void keep() throws DoppelException {
        memory.keep();
    }

    /** Something worked. */
    void works() {
        status = new Status(ConnectionState.CONNECTED, "");
    }

    /** Something failed. */
    void noted(DoppelException e) {
        ConnectionState state = e.is(CommonError.PLUGIN_GONE) ? ConnectionState.NO_PLUGIN : ConnectionState.FAILED;
        status = new Status(state, e.getMessage());
    }

    /** Lets go of a connection whose plug-in has left, so that its classes can go. */
    void dropIfOf(String type) {
        HostConnection now = connection;
        if (record.type().equals(type) && now != null && now.gate().isGone()) {
            close();
        }
    }

    Status status() {
        boolean there = types.find(record.type()).isPresent();
        if (!there) {
            return new Status(
                    ConnectionState.NO_PLUGIN,
                    new DoppelException(CommonError.PLUGIN_GONE, "There is no hypervisor type '" + record.type() + "'")
                            .getMessage());
        }
        Status now = status;
        HostConnection last = connection;
        boolean usable = last != null && !last.gate().isGone();
        // What was found out with a plug-in that has left since says nothing about the one that is there now.
        boolean stale = now.message().isEmpty() ? !usable : now.state() == ConnectionState.NO_PLUGIN;
        return stale ? new Status(ConnectionState.UNKNOWN, "") : now;
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            try {
                connection.host().close();
            } catch (RuntimeException e) {
                LOG.warn("Host '{}' could not be disconnected: {}", record.name(), e.toString());
            }
            connection = null;
        }
    }
}
