package io.doppel.api.inventory;

import java.util.Objects;

/**
 * A machine with the host it is on.
 *
 * @param host name of the host
 * @param machine the machine
 */
public record HostMachine(String host, Machine machine) {
    /** Checks the parts. */
    public HostMachine {
        Objects.requireNonNull(host);
        Objects.requireNonNull(machine);
    }
}
