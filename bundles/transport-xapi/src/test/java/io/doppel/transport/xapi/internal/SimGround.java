package io.doppel.transport.xapi.internal;

import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.Fingerprint;
import io.doppel.sim.xapi.SimPool;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.http.DiskServices;
import io.doppel.sim.xapi.http.StreamScript;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.Place;
import io.doppel.tck.MemorySecrets;
import io.doppel.xapi.AddressMap;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiLogin;
import io.doppel.xapi.XapiRoute;
import io.doppel.xapi.XapiSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A simulated pool of two hosts with real disks, and a session with it. */
final class SimGround implements AutoCloseable {
    final Path folder;
    final DiskStore store;
    final StreamScript script = new StreamScript();
    final SimPool pool;
    final MemorySecrets secrets = new MemorySecrets();
    final XapiSession session;
    final XapiTransport transport;
    private final SecretRef ref;

    SimGround(Path folder) throws Exception {
        this.folder = folder;
        store = new DiskStore(Files.createDirectory(folder.resolve("pool")));
        pool = DiskServices.mount(SimPool.builder().host("127.0.0.1", 0).host("127.0.0.1", 0), store, script)
                .start();
        XapiAddress master =
                new XapiAddress(pool.master().address(), pool.master().port());
        session = XapiSession.open(
                route(master.port()), new XapiLogin("root", () -> "password".toCharArray(), "test"), List.of(master));
        ref = secrets.put("session", session.ref().toCharArray());
        transport = new XapiTransport(
                new SpoolFolder(folder.resolve("spool")), Duration.ofSeconds(20), Duration.ofSeconds(20));
    }

    XapiRoute route(int port) {
        return new XapiRoute(true, port, pins(), AddressMap.NONE, Optional.empty(), Duration.ofSeconds(20));
    }

    private Set<Fingerprint> pins() {
        return pool.hosts().stream()
                .map(host -> Fingerprint.of(host.identity().certificate()))
                .collect(Collectors.toSet());
    }

    String text(String type, String record, String field) {
        return pool.records().text(type, record, field);
    }

    String uuid(String vdi) {
        return text("VDI", vdi, "uuid");
    }

    void fill(String vdi, byte[] content) throws IOException {
        Path image = Files.write(folder.resolve("fill"), content);
        store.fill(uuid(vdi), image, "raw");
    }

    byte[] content(String vdi) throws IOException {
        Path raw = folder.resolve("content");
        Files.deleteIfExists(raw);
        store.export(uuid(vdi), raw);
        return Files.readAllBytes(raw);
    }

    DiskAccess access(String kind, Map<String, String> more) {
        Map<String, String> parameters = new HashMap<>(Map.of(
                "address", pool.master().address(),
                "port", Integer.toString(pool.master().port()),
                "scheme", "https",
                "pins", pins().stream().map(Fingerprint::text).collect(Collectors.joining(","))));
        parameters.putAll(more);
        return new DiskAccess(
                kind,
                Place.ANYWHERE,
                kind.equals(Access.VDI),
                20,
                Optional.empty(),
                parameters,
                Map.of("session", ref));
    }

    DiskAccess vdi(String vdi, boolean fresh) {
        return access(
                Access.VDI,
                Map.of(
                        "vdi", uuid(vdi),
                        "size", Long.toString(pool.records().number("VDI", vdi, "virtual_size")),
                        "fresh", Boolean.toString(fresh)));
    }

    DiskAccess xva(String vm, String vdi) {
        return access(
                Access.XVA,
                Map.of(
                        "vm", vm,
                        "disk", uuid(vdi),
                        "size", Long.toString(pool.records().number("VDI", vdi, "virtual_size"))));
    }

    @Override
    public void close() throws Exception {
        session.close();
        pool.close();
    }
}
