package io.doppel.spi.storage;

import io.doppel.api.secret.SecretRef;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * A credential for a remote processor.
 *
 * @param type name of the storage type that opens it
 * @param settings settings for that type, with references for secrets
 * @param secrets the references in {@code settings}; deleted by the core when the grant ends
 * @param expires when the target stops honouring it
 */
public record StorageGrant(String type, Map<String, String> settings, Map<String, SecretRef> secrets, Instant expires) {
    /** Checks and copies. */
    public StorageGrant {
        Objects.requireNonNull(type);
        settings = Map.copyOf(settings);
        secrets = Map.copyOf(secrets);
        Objects.requireNonNull(expires);
    }
}
