package io.doppel.core.internal.inventory;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.inventory.KeptOriginalView;
import io.doppel.api.inventory.Machine;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.catalog.HostRecord;
import io.doppel.catalog.NamedRecords;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.HostAccess;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.hypervisor.KeptOriginal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The hosts: kept in the catalogue, connected when they are first needed and again after a failure. */
public final class Hosts implements InventoryService, HostAccess, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hosts.class);

    private final NamedRecords<HostRecord> records;
    private final Registry<HypervisorType> types;
    private final SecretStore secrets;
    private final SecretSettings settings;
    private final String installationId;
    private final Claims claims;
    private final Map<String, HostLink> links = new ConcurrentHashMap<>();

    /** Hosts of the catalogue. */
    public Hosts(
            NamedRecords<HostRecord> records,
            Registry<HypervisorType> types,
            SecretStore secrets,
            String installationId,
            Claims claims) {
        this.records = records;
        this.types = types;
        this.secrets = secrets;
        this.settings = new SecretSettings(secrets);
        this.installationId = installationId;
        this.claims = claims;
    }

    @Override
    public Map<String, SettingsSpec> hostTypes() {
        Map<String, SettingsSpec> specs = new TreeMap<>();
        types.all().forEach(p -> specs.putIfAbsent(p.name(), p.service().settings()));
        return specs;
    }

    @Override
    public HostView addHost(String name, String type, Map<String, String> given) throws DoppelException {
        SecretSettings.checkName(name);
        if (records.find(name).isPresent()) {
            throw new DoppelException(CommonError.EXISTS, "There is a host '" + name + "' already");
        }
        Plugin<HypervisorType> plugin = types.get(type);
        Map<String, String> kept = settings.keep(plugin.service().settings(), given, "host/" + name);
        HostRecord record = new HostRecord(name, type, kept);
        HostLink link = link(record);
        boolean added = false;
        try {
            link.connection();
            records.add(record);
            added = true;
        } finally {
            if (!added) {
                link.close();
                settings.forget(kept);
            }
        }
        links.put(name, link);
        return view(record);
    }

    @Override
    public List<HostView> hosts() {
        List<HostView> views = new ArrayList<>();
        try {
            for (HostRecord record : records.all()) {
                views.add(view(record));
            }
        } catch (DoppelException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return views;
    }

    @Override
    public void removeHost(String name) throws DoppelException {
        HostRecord record = record(name);
        Claims.Hold alone = claims.tryExclusive(Claim.host(name))
                .orElseThrow(() -> new DoppelException(JobError.IN_USE, "A run uses host '" + name + "'"));
        try (alone) {
            Optional.ofNullable(links.remove(name)).ifPresent(HostLink::close);
            records.remove(name);
            settings.forget(record.settings());
        }
    }

    @Override
    public List<HostMachine> machines(Optional<String> host) throws DoppelException {
        List<String> names = host.isPresent() ? List.of(record(host.get()).name()) : hostNames();
        List<HostMachine> machines = new ArrayList<>();
        for (String name : names) {
            try {
                machines.addAll(machinesOf(name));
            } catch (DoppelException e) {
                // shown as the host's state, as the contract says
                LOG.debug("Host '{}' cannot list its machines", name, e);
            }
        }
        return machines;
    }

    @Override
    public List<KeptOriginalView> keptOriginals() {
        List<KeptOriginalView> kept = new ArrayList<>();
        for (HostView host : hosts()) {
            try {
                for (KeptOriginal k : connection(host.name()).host().keptOriginals()) {
                    kept.add(new KeptOriginalView(host.name(), k.restoreId(), k.machineId(), k.since(), k.bytes()));
                }
            } catch (DoppelException e) {
                LOG.debug("Host '{}' cannot be asked for kept originals", host.name(), e);
            }
        }
        kept.sort(Comparator.comparing(KeptOriginalView::since));
        return kept;
    }

    @Override
    public void confirmRestore(String host, String restoreId) throws DoppelException {
        connection(host).host().confirmRestore(restoreId);
    }

    @Override
    public List<String> hostNames() throws DoppelException {
        return records.all().stream().map(HostRecord::name).toList();
    }

    @Override
    public List<HostMachine> machinesOf(String name) throws DoppelException {
        HostLink link = linkOf(name);
        try {
            List<HostMachine> machines = new ArrayList<>();
            for (Machine machine : link.connection().host().machines()) {
                machines.add(new HostMachine(name, machine));
            }
            link.works();
            return machines;
        } catch (DoppelException e) {
            failed(name, link, e);
            throw e;
        }
    }

    /** Notes a failure; the connection is given up unless somebody is at work with it. */
    private void failed(String name, HostLink link, DoppelException e) {
        link.noted(e);
        claims.tryExclusive(Claim.host(name)).ifPresent(alone -> {
            try (alone) {
                link.close();
            }
        });
    }

    @Override
    public Gate gateOf(String name) throws DoppelException {
        return types.get(record(name).type()).gate();
    }

    /** The host, connected, for work that ends when it is told to stop or the host's plug-in leaves. */
    public HostConnection connection(String name, CoreContext context) throws DoppelException {
        context.dependOn(gateOf(name));
        return context.unlessCancelled(() -> connection(name));
    }

    private HostConnection connection(String name) throws DoppelException {
        return linkOf(name).connection();
    }

    /** The hypervisor type of a host. */
    public String typeOf(String name) throws DoppelException {
        return record(name).type();
    }

    @Override
    public List<String> sweep(String name) throws DoppelException {
        Optional<Claims.Hold> alone = claims.tryExclusive(Claim.host(name));
        if (alone.isEmpty()) {
            // Whoever is at work there had it swept before.
            return List.of();
        }
        try (Claims.Hold hold = alone.get()) {
            return linkOf(name).sweep();
        }
    }

    /**
     * Sweeps the hosts of a type that has appeared, each as soon as nobody is at work on it.
     *
     * @param cancel ends the waiting
     */
    public void appeared(String type, CancelToken cancel) {
        try {
            for (HostRecord record : records.all()) {
                if (record.type().equals(type)) {
                    sweepNow(record.name(), cancel);
                }
            }
        } catch (DoppelException e) {
            LOG.warn("Hosts of type '{}' cannot be swept: {}", type, e.getMessage());
        }
    }

    private void sweepNow(String name, CancelToken cancel) {
        try (Claims.Hold hold = claims.acquireExclusive(Claim.host(name), cancel)) {
            linkOf(name).sweep().forEach(line -> LOG.info("Removed a leftover on host '{}': {}", name, line));
        } catch (DoppelException e) {
            LOG.info("Host '{}' is swept when it is used next: {}", name, e.getMessage());
        }
    }

    /** Lets go of everything that came from a type that has left. */
    public void left(String type) {
        links.values().forEach(link -> link.dropIfOf(type));
    }

    private HostRecord record(String name) throws DoppelException {
        return records.find(name)
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no host '" + name + "'"));
    }

    private HostLink linkOf(String name) throws DoppelException {
        HostRecord record = record(name);
        return links.computeIfAbsent(name, n -> link(record));
    }

    private HostLink link(HostRecord record) {
        return new HostLink(record, types, secrets, installationId);
    }

    private HostView view(HostRecord record) {
        HostLink link = links.computeIfAbsent(record.name(), n -> link(record));
        HostLink.Status status = link.status();
        return new HostView(
                record.name(),
                record.type(),
                SecretSettings.shown(record.settings()),
                status.state(),
                status.message());
    }

    /** Ends all connections. */
    @Override
    public void close() {
        links.values().forEach(HostLink::close);
        links.clear();
    }
}
