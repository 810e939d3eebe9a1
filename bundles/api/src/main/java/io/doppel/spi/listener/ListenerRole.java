package io.doppel.spi.listener;

import io.doppel.api.tls.Fingerprint;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One use of the TLS port (TCP 2811 unless configured otherwise): the service that a bundle registers. Peers choose it by ALPN. Called from many threads at
 * once.
 */
@ConsumerType
public interface ListenerRole {
    /** The ALPN protocol name, constant and unique, for example {@code doppel-offsite/1}. */
    String protocol();

    /**
     * Whether a peer with this certificate may connect at all; asked in the handshake and once more behind it. Answers at
     * once.
     */
    boolean trusts(Fingerprint peer);

    /**
     * Serves a peer until it or the role ends it; on return the connection is closed. What the peer does wrong is the
     * role's to log.
     */
    void serve(ListenerConnection connection);
}
