package io.doppel.sim.xapi;

import io.doppel.sim.xapi.calls.Pool;
import io.doppel.sim.xapi.calls.Site;
import io.doppel.sim.xapi.server.PoolServers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A simulated pool: its hosts answer on addresses of this machine until {@link #close}. All methods may be called from any
 * thread.
 */
public final class SimPool implements AutoCloseable {
    private final Pool pool;
    private final PoolServers servers;

    private SimPool(Pool pool, PoolServers servers) {
        this.pool = pool;
        this.servers = servers;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A host as clients see it. @param plainPort the port of HTTP without TLS */
    public record Host(String ref, String uuid, String address, int port, int plainPort, HostIdentity identity) {
        /** {@code https://127.0.0.2:8443} */
        public String url() {
            return "https://" + address + ":" + port;
        }
    }

    /** The hosts in the order of their making; the first was the master at the start. */
    public List<Host> hosts() {
        List<Host> hosts = new ArrayList<>();
        pool.sites()
                .forEach((ref, site) -> hosts.add(new Host(
                        ref,
                        pool.records().text("host", ref, "uuid"),
                        site.bind(),
                        site.port(),
                        servers.plainPort(ref),
                        site.identity())));
        return hosts;
    }

    public Host master() {
        String master = pool.master();
        return hosts().stream()
                .filter(host -> host.ref().equals(master))
                .findFirst()
                .orElseThrow();
    }

    public Records records() {
        return pool.records();
    }

    public Disks disks() {
        return pool.disks();
    }

    public Faults faults() {
        return pool.faults();
    }

    /** What is on the pool now. */
    public Listing listing() {
        return Listing.of(pool.records());
    }

    /** Makes a call on the master, as root, in a session of its own. */
    public Object call(String method, Object... parameters) {
        String session = pool.ownSession();
        try {
            List<Object> all = new ArrayList<>(List.of(session));
            all.addAll(Arrays.asList(parameters));
            return pool.dispatch(pool.master(), method, all);
        } finally {
            pool.logout(session);
        }
    }

    /**
     * Makes another host the master: sessions end, and the old one answers {@code HOST_IS_SLAVE}.
     *
     * @param host reference
     */
    public void setMaster(String host) {
        pool.setMaster(host);
    }

    /**
     * Gives a host another certificate, as somebody who stands between would show one.
     *
     * @param host reference
     */
    public void renewCertificate(String host) throws IOException {
        pool.renewed(host, servers.renew(host, pool.sites().get(host).bind()));
    }

    /**
     * Makes a host go down: nothing answers at its addresses, and the pool knows it. It does not come back.
     *
     * @param host reference; when it is the master's, another one should be made the master
     */
    public void stopHost(String host) {
        pool.records().set("host_metrics", pool.records().text("host", host, "metrics"), "live", false);
        pool.records().set("host", host, "enabled", false);
        servers.stop(host);
    }

    /** Ends all sessions, as a restart of the toolstack does: whoever uses one gets {@code SESSION_INVALID}. */
    public void endSessions() {
        pool.endSessions();
    }

    /** Sessions that are open now. */
    public int sessions() {
        return pool.sessionCount();
    }

    /** Makes everybody who follows events get {@code EVENTS_LOST} once. */
    public void loseEvents() {
        pool.database().forgetChanges();
    }

    /**
     * Says when the tools of started machines report.
     *
     * @param rule for a machine's record gives the time from its start, or nothing when they never do; at first it is 0 for all
     */
    public void guestsReport(Function<Map<String, Object>, Optional<Duration>> rule) {
        pool.guests().bootTime(rule);
    }

    /** Makes the storage leave chains of snapshots as they are, as one that is busy does, or coalesce them again. */
    public void holdChains(boolean hold) {
        pool.chains().hold(hold);
    }

    /** Makes a halted machine, with disks at 0, 1 … and one card on the first network. @return its reference */
    public String machine(String name, long... diskSizes) {
        return new Machines(this).make(name, diskSizes);
    }

    /** Reference of the VDI at a device of a machine, counted from 0. */
    public String disk(String vm, int device) {
        return records().refs("VM", vm, "VBDs").stream()
                .filter(vbd -> records().text("VBD", vbd, "userdevice").equals(Integer.toString(device)))
                .map(vbd -> records().text("VBD", vbd, "VDI"))
                .findFirst()
                .orElseThrow();
    }

    /** Attaches a disk to the control domain of the master, as a crashed operation leaves it. @return the device's reference */
    public String attachToControlDomain(String vdi) {
        return new Machines(this).attachToControlDomain(vdi);
    }

    @Override
    public void close() throws IOException {
        servers.close();
        pool.close();
    }

    /** What a pool is made of. */
    public static final class Builder {
        private final List<String> addresses = new ArrayList<>();
        private final List<Integer> ports = new ArrayList<>();
        private final Map<String, HttpService> services = new LinkedHashMap<>();
        private Disks disks;
        private String user = "root";
        private String password = "password";
        private Duration idle = Duration.ofHours(24);
        private boolean withPort;
        private int chainLimit;

        private Builder() {}

        /**
         * Adds a host; the first becomes the master.
         *
         * @param address of the loopback
         * @param port 0 for any free one
         */
        public Builder host(String address, int port) {
            addresses.add(address);
            ports.add(port);
            withPort = addresses.stream().distinct().count() < addresses.size();
            return this;
        }

        /**
         * Adds hosts that all answer at the same port, as in a real pool, where hosts are told from each other by their address
         * alone.
         *
         * @param port 0 for any that is free at all addresses
         */
        public Builder hosts(int port, String... several) {
            for (String address : several) {
                host(address, ports.isEmpty() ? port : PoolServers.SAME);
            }
            return this;
        }

        /** The disks behind VDIs; the pool closes them. */
        public Builder disks(Disks behind) {
            disks = behind;
            return this;
        }

        public Builder login(String name, String secret) {
            user = name;
            password = secret;
            return this;
        }

        /** How long a session lives without use; at first 24 hours. */
        public Builder sessionIdle(Duration time) {
            idle = time;
            return this;
        }

        /**
         * Makes the storage show chains as the VHD kind does: a snapshot leaves a disk that nobody manages ({@code base copy}),
         * and a chain has a longest length. Without it storage has no chains.
         *
         * @param limit the longest length that takes a snapshot is one less; the real limit is 30
         */
        public Builder chains(int limit) {
            chainLimit = limit;
            return this;
        }

        /**
         * @param method such as {@code GET}
         * @param path the exact path, such as {@code /export}
         */
        public Builder mount(String method, String path, HttpService service) {
            services.put(method + " " + path, service);
            return this;
        }

        /** @throws IOException when an address cannot be listened on */
        public SimPool start() throws IOException {
            if (addresses.isEmpty()) {
                host("127.0.0.1", 0);
            }
            PoolServers servers = PoolServers.open(addresses, ports, withPort);
            Pool pool = new Pool(disks, user, password, idle);
            List<Site> sites = servers.sites();
            pool.seed(sites);
            pool.chains().limit(chainLimit);
            servers.start(pool, services);
            return new SimPool(pool, servers);
        }
    }
}
