package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.Fingerprint;
import io.doppel.spi.hypervisor.HostMemory;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiFailure;
import io.doppel.xapi.XapiSession;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a pool with their certificates, learned over a confirmed connection and remembered, so that the pool is
 * reached through another member when its master died.
 *
 * @param addresses inside addresses of all members
 * @param pins their certificates
 */
record PoolMembers(Set<XapiAddress> addresses, Set<Fingerprint> pins) {
    private static final String KEY = "members";
    private static final int MOST = 64;

    /** What was remembered, unless other certificates were confirmed since. */
    static PoolMembers remembered(HostMemory memory, XenSettings settings) throws DoppelException {
        Set<XapiAddress> addresses = new LinkedHashSet<>();
        Set<Fingerprint> pins = new HashSet<>();
        Optional<JsonNode> kept = memory.get(KEY).flatMap(Texts::object);
        if (kept.isPresent() && fingerprints(kept.get().path("confirmed")).equals(settings.confirmed())) {
            for (JsonNode address : kept.get().path("addresses")) {
                addresses.add(XapiAddress.parse(address.asText(), settings.port()));
            }
            pins.addAll(fingerprints(kept.get().path("pins")));
        }
        return new PoolMembers(addresses, pins);
    }

    private static Set<Fingerprint> fingerprints(JsonNode texts) {
        Set<Fingerprint> all = new HashSet<>();
        texts.forEach(t -> all.add(new Fingerprint(t.asText())));
        return all;
    }

    /** Remembers, if it is something new. */
    void remember(HostMemory memory, XenSettings settings) throws DoppelException {
        ObjectNode kept = Texts.JSON.createObjectNode();
        texts(kept.putArray("confirmed"), settings.confirmed());
        texts(kept.putArray("addresses"), addresses);
        texts(kept.putArray("pins"), pins);
        String text = kept.toString();
        if (!memory.get(KEY).equals(Optional.of(text))) {
            memory.put(KEY, text);
        }
    }

    private static void texts(ArrayNode array, Set<?> values) {
        values.stream().map(Object::toString).sorted().limit(MOST).forEach(array::add);
    }

    /** What the pool says of its members. */
    static PoolMembers learn(XapiSession session, PoolRecords.View view, XenSettings settings) throws DoppelException {
        Set<XapiAddress> addresses = new LinkedHashSet<>();
        Set<Fingerprint> pins = new HashSet<>();
        for (Rec host : view.all("host")) {
            if (!host.text("address").isEmpty()) {
                addresses.add(session.route().inside(host.text("address")));
            }
            if (settings.tls()) {
                pins.addAll(certificates(session, view, host));
            }
        }
        return new PoolMembers(addresses, pins);
    }

    private static List<Fingerprint> certificates(XapiSession session, PoolRecords.View view, Rec host)
            throws DoppelException {
        List<Fingerprint> found = new ArrayList<>();
        for (Rec certificate : view.all("certificate")) {
            if (certificate.text("host").equals(host.ref())
                    && certificate.text("type").equals("host")) {
                String sha256 = certificate.text("fingerprint_sha256");
                parse(sha256.isEmpty() ? certificate.text("fingerprint") : sha256)
                        .ifPresent(found::add);
            }
        }
        return found.isEmpty() ? asked(session, host) : found;
    }

    private static Optional<Fingerprint> parse(String text) {
        try {
            return Optional.of(Fingerprint.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Old pools have no records of certificates; each host can still be asked for its own. */
    private static List<Fingerprint> asked(XapiSession session, Rec host) throws DoppelException {
        try {
            return List.of(fingerprint(
                    session.call("host.get_server_certificate", host.ref()).asText()));
        } catch (XapiFailure | CertificateException e) {
            // It is offline, too old or secretive; then it is trusted once somebody confirms it.
            return List.of();
        }
    }

    /** The fingerprint of a certificate in PEM form. */
    static Fingerprint fingerprint(String pem) throws CertificateException {
        return Fingerprint.of((X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
    }
}
