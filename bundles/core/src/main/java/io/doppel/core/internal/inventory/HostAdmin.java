package io.doppel.core.internal.inventory;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.inventory.KeptOriginalView;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.HostRecord;
import io.doppel.catalog.MemoryRecords;
import io.doppel.catalog.NamedRecords;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.hypervisor.KeptOriginal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people ask of the hosts. */
public final class HostAdmin implements InventoryService {
    private static final Logger LOG = LoggerFactory.getLogger(HostAdmin.class);
    /** How long whoever changes a host waits for its sweep, which the start of the server or of its plug-in begins. */
    private static final Duration SWEEPING = Duration.ofSeconds(30);

    private final NamedRecords<HostRecord> records;
    private final MemoryRecords memory;
    private final Hosts hosts;
    private final Registry<HypervisorType> types;
    private final SecretSettings settings;
    private final Claims claims;

    /** Made by the core. */
    public HostAdmin(Catalog catalog, Hosts hosts, Registry<HypervisorType> types, SecretStore secrets, Claims claims) {
        this.records = catalog.hosts();
        this.memory = catalog.memory();
        this.hosts = hosts;
        this.types = types;
        this.settings = new SecretSettings(secrets);
        this.claims = claims;
    }

    @Override
    public Map<String, SettingsSpec> hostTypes() {
        Map<String, SettingsSpec> specs = new TreeMap<>();
        types.all().forEach(p -> specs.putIfAbsent(p.name(), p.service().settings()));
        return specs;
    }

    @Override
    public Map<String, Map<String, SettingsSpec>> hostOptions() {
        Map<String, Map<String, SettingsSpec>> options = new TreeMap<>();
        types.all()
                .forEach(p -> options.putIfAbsent(
                        p.name(),
                        new TreeMap<>(Map.of(
                                "backup",
                                p.service().snapshotOptions(),
                                "restore",
                                p.service().restoreOptions()))));
        return options;
    }

    @Override
    public HostView addHost(String name, String type, Map<String, String> given) throws DoppelException {
        SecretSettings.checkName(name);
        if (name.startsWith("!") || name.startsWith("tag:") || name.startsWith("member:")) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'name' is '" + name + "', which means something else in a selection");
        }
        if (records.find(name).isPresent()) {
            throw new DoppelException(CommonError.EXISTS, "There is a host '" + name + "' already");
        }
        Plugin<HypervisorType> plugin = types.get(type);
        Map<String, String> kept = settings.keep(plugin.service().settings(), given, "host/" + name);
        HostRecord record = new HostRecord(name, type, kept);
        HostLink link = hosts.tried(record, Map.of());
        boolean added = false;
        try {
            link.connection();
            records.add(record);
            added = true;
            link.keep();
        } finally {
            if (!added) {
                link.close();
                settings.forget(kept);
            }
        }
        hosts.adopt(name, link);
        return view(record);
    }

    @Override
    public List<PeerCertificate> unconfirmed(String type, Map<String, String> given) throws DoppelException {
        return Certificates.unconfirmed(types.get(type).service(), given);
    }

    @Override
    public HostView changeHost(String name, Map<String, String> changes) throws DoppelException {
        HostRecord old = hosts.record(name);
        try (Claims.Hold alone = alone(name)) {
            SettingsSpec spec = types.get(old.type()).service().settings();
            SecretSettings.Change change = settings.change(spec, old.settings(), changes, "host/" + name);
            HostRecord record = new HostRecord(name, old.type(), change.kept());
            Map<String, String> known = change.moved() ? Map.of() : memory.of(name);
            HostLink link = hosts.tried(record, known);
            boolean changed = false;
            try {
                link.connection();
                records.put(record);
                changed = true;
                link.keep();
            } finally {
                if (!changed) {
                    link.close();
                    settings.forget(change.fresh());
                }
            }
            hosts.adopt(name, link);
            settings.forget(change.stale());
            return view(record);
        }
    }

    private Claims.Hold alone(String name) throws DoppelException {
        return claims.tryExclusive(Claim.host(name), SWEEPING)
                .orElseThrow(() -> new DoppelException(JobError.IN_USE, "A run uses host '" + name + "'"));
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
        HostRecord record = hosts.record(name);
        try (Claims.Hold alone = alone(name)) {
            hosts.drop(name);
            records.remove(name);
            settings.forget(record.settings());
        }
    }

    @Override
    public List<HostMachine> machines(Optional<String> host) throws DoppelException {
        List<String> names = host.isPresent() ? List.of(hosts.record(host.get()).name()) : hosts.hostNames();
        List<HostMachine> machines = new ArrayList<>();
        for (String name : names) {
            try {
                machines.addAll(hosts.machinesOf(name));
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
                for (KeptOriginal k : hosts.connection(host.name()).host().keptOriginals()) {
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
        hosts.connection(host).host().confirmRestore(restoreId);
    }

    private HostView view(HostRecord record) {
        HostLink link = hosts.link(record);
        HostLink.Status status = link.status();
        return new HostView(
                record.name(),
                record.type(),
                SecretSettings.shown(record.settings()),
                status.state(),
                status.message());
    }
}
