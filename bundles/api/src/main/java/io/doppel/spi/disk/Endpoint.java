package io.doppel.spi.disk;

import java.util.Objects;
import java.util.Optional;

/**
 * A network address of a disk access. Addresses have already passed the pool's address map.
 *
 * @param address address assigned to the peer
 * @param alternate address to talk to instead, where the peer is behind NAT
 * @param port TCP port, 1 to 65535
 * @param peerDials whether the peer connects to us rather than we to it
 */
public record Endpoint(String address, Optional<String> alternate, int port, boolean peerDials) {
    /** Checks the parts. */
    public Endpoint {
        Objects.requireNonNull(address);
        Objects.requireNonNull(alternate);
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port);
        }
    }

    /** The address to connect to. */
    public String reachable() {
        return alternate.orElse(address);
    }
}
