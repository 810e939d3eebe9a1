package io.doppel.sim.xapi.server;

import io.doppel.sim.xapi.HostIdentity;
import io.doppel.sim.xapi.HttpService;
import io.doppel.sim.xapi.calls.Pool;
import io.doppel.sim.xapi.calls.Site;
import io.doppel.sim.xapi.wire.RpcHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.server.Handler;

/** The HTTP servers of all hosts of a pool. */
public final class PoolServers implements AutoCloseable {
    /** In the place of a port: that of the first host. */
    public static final int SAME = -1;

    private static final int TRIES = 20;

    private final List<HostServer> servers = new ArrayList<>();
    private final List<Site> sites = new ArrayList<>();
    private final Map<String, HostServer> byRef = new LinkedHashMap<>();

    private PoolServers() {}

    /**
     * Opens the ports; nothing is answered before {@link #start}.
     *
     * @param withPort whether hosts are told apart by their port too
     */
    public static PoolServers open(List<String> addresses, List<Integer> ports, boolean withPort) throws IOException {
        IOException last = null;
        // A port that is free at the first address may be taken at another.
        for (int i = 0; i < TRIES; i++) {
            PoolServers all = new PoolServers();
            try {
                all.listen(addresses, ports, withPort);
                return all;
            } catch (IOException e) {
                all.close();
                last = e;
            }
            if (ports.get(0) != 0) {
                break;
            }
        }
        throw last;
    }

    private void listen(List<String> addresses, List<Integer> ports, boolean withPort) throws IOException {
        for (int i = 0; i < addresses.size(); i++) {
            String address = addresses.get(i);
            HostIdentity identity = Certificates.make(address);
            int wish = ports.get(i) == SAME ? servers.get(0).port() : ports.get(i);
            HostServer server = new HostServer(address, wish, identity);
            servers.add(server);
            String advertised = withPort ? address + ":" + server.port() : address;
            sites.add(new Site(address, server.port(), advertised, identity));
        }
    }

    public List<Site> sites() {
        return sites;
    }

    /** @param services by method and path */
    public void start(Pool pool, Map<String, HttpService> services) {
        PoolFacade access = new PoolFacade(pool);
        List<String> refs = List.copyOf(pool.sites().keySet());
        for (int i = 0; i < refs.size(); i++) {
            String ref = refs.get(i);
            byRef.put(ref, servers.get(i));
            servers.get(i)
                    .start(new Handler.Sequence(new RpcHandler(pool, ref), new MountHandler(access, ref, services)));
        }
    }

    /** The port of plain HTTP of a host. */
    public int plainPort(String ref) {
        return byRef.get(ref).plainPort();
    }

    /** Gives a host another certificate. */
    public HostIdentity renew(String ref, String address) throws IOException {
        HostIdentity identity = Certificates.make(address);
        byRef.get(ref).renew(identity);
        return identity;
    }

    /** Ends the server of one host: connections to it are refused. */
    public void stop(String ref) {
        byRef.get(ref).close();
    }

    @Override
    public void close() {
        servers.forEach(HostServer::close);
    }
}
