package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.HostIdentity;

/**
 * Where a host answers.
 *
 * @param bind the IP address that it listens on
 * @param port of HTTPS
 * @param advertised what {@code host.address} and {@code HOST_IS_SLAVE} say: the IP address, with the port where all hosts share
 *     one address
 */
public record Site(String bind, int port, String advertised, HostIdentity identity) {
    /** Scheme, address and port; the port is left out where it is that of HTTPS. */
    public String url() {
        return "https://" + bind + (port == 443 ? "" : ":" + port);
    }
}
