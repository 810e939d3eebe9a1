package io.doppel.spi.listener;

import io.doppel.api.tls.Fingerprint;
import org.osgi.annotation.versioning.ProviderType;

/** The server's one TLS port, a service while it is open. */
@ProviderType
public interface ListenerPort {
    /** The TCP port. */
    int port();

    /** What peers pin. */
    Fingerprint fingerprint();
}
