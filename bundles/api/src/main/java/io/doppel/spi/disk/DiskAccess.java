package io.doppel.spi.disk;

import io.doppel.api.secret.SecretRef;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One way to get at a disk's bytes, offered by a hypervisor or a processor and opened by the transport that knows its
 * kind.
 *
 * @param kind word that a transport recognises, for example {@code file} or {@code nbd}
 * @param place from where it can be used
 * @param writable whether it can be opened for writing
 * @param cost lower is better: the core takes the cheapest usable offer and names the reason when it is not the cheapest
 *     of all
 * @param endpoint network address, if any
 * @param parameters details for the transport; no secrets
 * @param secrets secrets by reference
 */
public record DiskAccess(
        String kind,
        Place place,
        boolean writable,
        int cost,
        Optional<Endpoint> endpoint,
        Map<String, String> parameters,
        Map<String, SecretRef> secrets) {
    /** Checks and copies. */
    public DiskAccess {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(place);
        Objects.requireNonNull(endpoint);
        parameters = Map.copyOf(parameters);
        secrets = Map.copyOf(secrets);
    }
}
