package io.doppel.core.internal.inventory;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.catalog.BaseRecords;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.HostRecord;
import io.doppel.catalog.MemoryRecords;
import io.doppel.catalog.NamedRecords;
import io.doppel.core.internal.job.Aside;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.HostAccess;
import io.doppel.core.internal.job.Threads;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.spi.hypervisor.HypervisorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The hosts: kept in the catalogue, connected when they are first needed and again after a failure. */
public final class Hosts implements HostAccess, AutoCloseable {
    private static final int ASKING_SECONDS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Hosts.class);

    private final NamedRecords<HostRecord> records;
    private final MemoryRecords memory;
    private final BaseRecords bases;
    private final Registry<HypervisorType> types;
    private final SecretStore secrets;
    private final String installationId;
    private final Claims claims;
    private final BeforeSweep beforeSweep;
    /** Hosts that could not be swept when their type appeared, because it was not known whether that is safe. */
    private final Set<String> unswept = ConcurrentHashMap.newKeySet();

    private final Map<String, HostLink> links = new ConcurrentHashMap<>();

    /** Asked before anything of this installation that is left on a host is removed. */
    public interface BeforeSweep {
        /**
         * Whether that may be done now.
         *
         * @param mayOpen whether vaults may be opened to find that out
         * @throws DoppelException if another server goes on in this one's place: what is there may be its own
         */
        boolean allowed(boolean mayOpen) throws DoppelException;
    }

    /** Hosts of the catalogue. */
    public Hosts(
            Catalog catalog,
            Registry<HypervisorType> types,
            SecretStore secrets,
            String installationId,
            Claims claims,
            BeforeSweep beforeSweep) {
        this.records = catalog.hosts();
        this.memory = catalog.memory();
        this.bases = catalog.bases();
        this.types = types;
        this.secrets = secrets;
        this.installationId = installationId;
        this.claims = claims;
        this.beforeSweep = beforeSweep;
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

    /** The same for whoever asks for something short. */
    HostConnection connection(String name) throws DoppelException {
        return linkOf(name).connection();
    }

    /** The name of a host's hypervisor type. */
    public String typeNameOf(String name) throws DoppelException {
        return record(name).type();
    }

    /** The hypervisor type of a host. */
    public HypervisorType typeOf(String name) throws DoppelException {
        return types.get(record(name).type()).service();
    }

    @Override
    public List<String> sweep(String name) throws DoppelException {
        Optional<Claims.Hold> alone = claims.tryExclusive(Claim.host(name));
        if (alone.isEmpty()) {
            // Whoever is at work there had it swept before.
            return List.of();
        }
        try (Claims.Hold hold = alone.get()) {
            if (!allowedSoon()) {
                unswept.add(name);
                return List.of();
            }
            return linkOf(name).sweep();
        }
    }

    /** Gives up soon: a run that waits here could not be ended by the plug-in of a vault that it does not use. */
    private boolean allowedSoon() throws DoppelException {
        FutureTask<Boolean> asking = new FutureTask<>(() -> beforeSweep.allowed(true));
        Threads.named("doppel-before-sweep").newThread(asking).start();
        try {
            return asking.get(ASKING_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return beforeSweep.allowed(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DoppelException(CommonError.CANCELLED, "Asking vaults before a sweep was interrupted", e);
        } catch (ExecutionException e) {
            throw Aside.own(e);
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
        // before asking: a vault that comes meanwhile leads to another look
        unswept.add(name);
        try {
            // before the host is claimed: asking may take long, and nobody waits for it
            if (!beforeSweep.allowed(true)) {
                return;
            }
        } catch (DoppelException e) {
            LOG.warn("Host '{}' is not swept: {}", name, e.getMessage());
            return;
        }
        unswept.remove(name);
        try (Claims.Hold hold = claims.acquireExclusive(Claim.host(name), cancel)) {
            linkOf(name).sweep().forEach(line -> LOG.info("Removed a leftover on host '{}': {}", name, line));
        } catch (DoppelException e) {
            LOG.info("Host '{}' is swept when it is used next: {}", name, e.getMessage());
        }
    }

    /** Sweeps the hosts that could not be swept before, because it was not known whether that is safe. */
    public void sweepUnswept(CancelToken cancel) {
        List.copyOf(unswept).forEach(name -> sweepNow(name, cancel));
    }

    /** Lets go of everything that came from a type that has left. */
    public void left(String type) {
        links.values().forEach(link -> link.dropIfOf(type));
    }

    HostRecord record(String name) throws DoppelException {
        return records.find(name)
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no host '" + name + "'"));
    }

    private HostLink linkOf(String name) throws DoppelException {
        return link(record(name));
    }

    /** The link of a host that is kept. */
    HostLink link(HostRecord record) {
        return links.computeIfAbsent(record.name(), name -> link(record, LinkMemory.kept(memory, name)));
    }

    /**
     * A link of a host that is not kept, or not as in this record; {@link #adopt} makes it the host's, else the caller closes it.
     *
     * @param known what is remembered about the host
     */
    HostLink tried(HostRecord record, Map<String, String> known) {
        return link(record, LinkMemory.tried(memory, record.name(), known));
    }

    /** From now on that link is the host's; the one before is closed. */
    void adopt(String name, HostLink link) {
        Optional.ofNullable(links.put(name, link)).ifPresent(HostLink::close);
    }

    /** Closes the connection to a host that is about to be forgotten. */
    void drop(String name) {
        unswept.remove(name);
        Optional.ofNullable(links.remove(name)).ifPresent(HostLink::close);
    }

    private HostLink link(HostRecord record, LinkMemory remembered) {
        return new HostLink(record, types, secrets, installationId, remembered, bases);
    }

    /** Ends all connections. */
    @Override
    public void close() {
        links.values().forEach(HostLink::close);
        links.clear();
    }
}
