package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.Fingerprint;
import io.doppel.hypervisor.xen.internal.PoolRecords.Attached;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.Endpoint;
import io.doppel.spi.disk.Place;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiRoute;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ways to a disk's bytes: NBD, the raw stream of a VDI, and a disk of a machine's export. The session goes with them as
 * a temporary secret, which {@link #close()} forgets. Used by one thread at a time.
 */
final class DiskWays implements AutoCloseable {
    private static final int NBD_COST = 10;
    private static final int STREAM_COST = 20;
    private static final int XVA_COST = 40;

    private final XenPool pool;
    private final List<SecretRef> secrets = new ArrayList<>();
    private final Set<String> missing = new LinkedHashSet<>();
    private String sessionText = "";
    private SecretRef session;

    DiskWays(XenPool pool) {
        this.pool = pool;
    }

    /** Why better ways are not open, a sentence each; filled by {@link #nbd}. */
    Set<String> missing() {
        return missing;
    }

    /** The NBD servers' way to a snapshot's disk, if there is one. */
    Optional<DiskAccess> nbd(PoolRecords.View view, Rec vdi) throws DoppelException {
        JsonNode offers;
        try {
            offers = pool.call("VDI.get_nbd_info", vdi.ref());
        } catch (DoppelException e) {
            if (e.is(CommonError.CERTIFICATE)) {
                throw e;
            }
            missing.add("the pool does not offer it: " + e.what());
            return Optional.empty();
        }
        if (offers.isEmpty()) {
            missing.add("no network with the purpose nbd is attached on a host that sees the storage of the disks");
            return Optional.empty();
        }
        for (JsonNode offer : preferred(view, offers)) {
            Optional<DiskAccess> access = access(view, offer);
            if (access.isPresent()) {
                return access;
            }
        }
        return Optional.empty();
    }

    /** The offers with those on the backup network first. */
    private List<JsonNode> preferred(PoolRecords.View view, JsonNode offers) {
        List<JsonNode> all = new ArrayList<>();
        offers.forEach(all::add);
        String wanted = pool.settings().backupNetwork();
        if (wanted.isEmpty()) {
            return all;
        }
        Set<String> addresses =
                view.named("network", wanted).map(n -> addresses(view, n)).orElse(Set.of());
        List<JsonNode> there = all.stream()
                .filter(o -> addresses.contains(o.path("address").asText()))
                .toList();
        if (there.isEmpty()) {
            missing.add("the backup network '" + wanted + "' serves no NBD on a host that sees the storage of the disks"
                    + " (other networks are not used)");
        }
        return there;
    }

    private static Set<String> addresses(PoolRecords.View view, Rec network) {
        Set<String> addresses = new LinkedHashSet<>();
        for (Rec pif : view.all("pif")) {
            if (pif.text("network").equals(network.ref())) {
                addresses.add(pif.text("IP"));
                pif.list("IPv6").forEach(a -> addresses.add(a.replaceFirst("/.*", "")));
            }
        }
        addresses.remove("");
        return addresses;
    }

    private Optional<DiskAccess> access(PoolRecords.View view, JsonNode offer) throws DoppelException {
        String name = offer.path("exportname").asText();
        int query = name.indexOf("session_id=");
        String pem = offer.path("cert").asText();
        boolean plain = isPlain(view, offer.path("address").asText());
        if (query < 0 || plain && !pool.settings().plainNbd()) {
            missing.add(
                    plain
                            ? "the network of " + offer.path("address").asText()
                                    + " offers it without TLS only, and the host's setting 'plain-nbd' is off"
                            : "the pool gave an export's name without a session");
            return Optional.empty();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        int split = query + "session_id=".length();
        parameters.put("export-prefix", name.substring(0, split));
        parameters.put("tls", plain ? "never" : "required");
        if (!plain) {
            Optional<Fingerprint> pin = pin(pem);
            if (pin.isEmpty()) {
                missing.add("the pool told no certificate of its NBD server");
                return Optional.empty();
            }
            parameters.put("pin", pin.get().text());
        }
        XapiAddress inside = new XapiAddress(
                offer.path("address").asText(), offer.path("port").asInt());
        XapiAddress outside = pool.settings().map().outside(inside);
        return Optional.of(new DiskAccess(
                "nbd",
                Place.ANYWHERE,
                false,
                NBD_COST,
                Optional.of(new Endpoint(outside.host(), Optional.empty(), outside.port(), false)),
                parameters,
                Map.of("export-suffix", secret(name.substring(split)))));
    }

    private static Optional<Fingerprint> pin(String pem) {
        try {
            return pem.isBlank() ? Optional.empty() : Optional.of(PoolMembers.fingerprint(pem));
        } catch (CertificateException e) {
            return Optional.empty();
        }
    }

    private static boolean isPlain(PoolRecords.View view, String address) {
        return view.all("pif").stream()
                .filter(pif -> pif.text("IP").equals(address)
                        || pif.list("IPv6").toString().contains(address))
                .flatMap(pif -> view.find("network", pif.text("network")).stream())
                .anyMatch(n -> n.list("purpose").contains("insecure_nbd"));
    }

    /** A disk as a raw stream of its own. */
    DiskAccess stream(Rec vdi) throws DoppelException {
        return handler("xapi-vdi", false, STREAM_COST, vdi.number("virtual_size"), Map.of("vdi", vdi.uuid()));
    }

    /**
     * A disk that was just made, to be written as a raw stream.
     *
     * @param storage the storage repository that it is on
     */
    DiskAccess writing(Rec vdi, Rec storage) throws DoppelException {
        Map<String, String> which = Map.of("vdi", vdi.uuid(), "fresh", Boolean.toString(startsZeroed(storage)));
        return handler("xapi-vdi", true, STREAM_COST, vdi.number("virtual_size"), which);
    }

    /** Raw volumes hold what the disks before them held. */
    private static boolean startsZeroed(Rec storage) {
        return switch (storage.text("type")) {
            case "lvm", "lvmoiscsi", "lvmohba" ->
                "true".equals(storage.map("sm_config").get("use_vhd"));
            case "equal", "cslg" -> false;
            default -> true;
        };
    }

    /** A disk out of the export of a machine's snapshot. */
    DiskAccess export(Rec snapshot, Attached disk) throws DoppelException {
        Map<String, String> which = Map.of(
                "vm",
                snapshot.ref(),
                "vdi",
                disk.vdi().uuid(),
                "disk",
                disk.vdi().uuid(),
                "userdevice",
                disk.key());
        return handler("xapi-xva", false, XVA_COST, disk.vdi().number("virtual_size"), which);
    }

    private DiskAccess handler(String kind, boolean writable, int cost, long size, Map<String, String> which)
            throws DoppelException {
        XapiRoute route = pool.session().route();
        XapiAddress master = pool.session().master();
        Map<String, String> parameters = new LinkedHashMap<>(which);
        parameters.put("address", master.host());
        parameters.put("port", Integer.toString(master.port()));
        parameters.put("scheme", route.tls() ? "https" : "http");
        parameters.put(
                "pins", route.pins().stream().map(Fingerprint::text).sorted().collect(Collectors.joining(",")));
        parameters.put("size", Long.toString(size));
        parameters.put("installation", pool.installation());
        route.proxy().ifPresent(p -> parameters.put("proxy", p.toString()));
        if (!route.map().toString().isEmpty()) {
            parameters.put("address-map", route.map().toString());
        }
        Map<String, SecretRef> with = new LinkedHashMap<>();
        with.put("session", session());
        pool.context()
                .settings()
                .secret(XenSettings.PROXY_PASSWORD)
                .ifPresent(password -> with.put(XenSettings.PROXY_PASSWORD, password));
        return new DiskAccess(kind, Place.ANYWHERE, writable, cost, Optional.empty(), parameters, with);
    }

    private SecretRef session() throws DoppelException {
        String now = pool.session().ref();
        if (!now.equals(sessionText)) {
            session = secret(now);
            sessionText = now;
        }
        return session;
    }

    private SecretRef secret(String value) throws DoppelException {
        if (value.equals(sessionText)) {
            return session;
        }
        SecretRef ref = pool.context()
                .secrets()
                .putTemporary("host/" + pool.context().host() + "/session", value.toCharArray());
        secrets.add(ref);
        return ref;
    }

    /** Forgets the temporary secrets. */
    @Override
    public void close() throws DoppelException {
        List<SecretRef> all = List.copyOf(secrets);
        secrets.clear();
        Failures failures = new Failures();
        all.forEach(ref -> failures.of(() -> pool.context().secrets().delete(ref)));
        failures.throwFirst();
    }
}
