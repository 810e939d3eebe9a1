package io.doppel.offsite.internal.client;

import io.doppel.api.tls.Fingerprint;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Somebody who may connect.
 *
 * @param name its name
 * @param store the store that it uses: its own name, or that of another client
 * @param readOnly whether it may only read
 * @param quota bytes of its store; 0 if it uses that of another
 * @param tokenHash SHA-256 of its token in hex
 * @param certificate the certificate that is bound to the token; empty until it came first
 * @param enrolUntil running time in milliseconds until when it may come first
 * @param added when it was added or renewed, by the time of day
 */
public record Client(
        String name,
        String store,
        boolean readOnly,
        long quota,
        String tokenHash,
        Optional<Fingerprint> certificate,
        long enrolUntil,
        Instant added) {
    /** Whether a certificate that nobody knows may become this client's. */
    boolean isEnrolling(long now) {
        return certificate.isEmpty() && now < enrolUntil;
    }

    Client bound(Fingerprint to) {
        return new Client(name, store, readOnly, quota, tokenHash, Optional.of(to), enrolUntil, added);
    }

    Client renewed(String hash, long until, Instant now) {
        return new Client(name, store, readOnly, quota, hash, Optional.empty(), until, now);
    }

    Client withQuota(long bytes) {
        return new Client(name, store, readOnly, bytes, tokenHash, certificate, enrolUntil, added);
    }

    Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("store", store);
        fields.put("read-only", Boolean.toString(readOnly));
        fields.put("quota", Long.toString(quota));
        fields.put("token-sha256", tokenHash);
        fields.put("certificate", certificate.map(Fingerprint::text).orElse(""));
        fields.put("enrol-until", Long.toString(enrolUntil));
        fields.put("added", added.toString());
        return fields;
    }

    static Client of(String name, Map<String, String> fields) {
        return new Client(
                name,
                fields.get("store"),
                Boolean.parseBoolean(fields.get("read-only")),
                Long.parseLong(fields.get("quota")),
                fields.get("token-sha256"),
                Optional.of(fields.get("certificate")).filter(t -> !t.isEmpty()).map(Fingerprint::new),
                Long.parseLong(fields.get("enrol-until")),
                Instant.parse(fields.get("added")));
    }
}
