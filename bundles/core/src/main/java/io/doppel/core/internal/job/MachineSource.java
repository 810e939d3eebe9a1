package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import java.util.List;

/** Where the machines are found that a job's patterns choose among. Safe for several threads. */
public interface MachineSource {
    /** Finds out what has changed; called by a run before it chooses. May hang on a network. */
    default void prepare() throws DoppelException {}

    /** Names of the hosts. */
    List<String> hostNames() throws DoppelException;

    /**
     * The machines of a host.
     *
     * @param tagsToo whether patterns ask for tags or members, which a source may otherwise leave out
     */
    List<HostMachine> machinesOf(String host, boolean tagsToo) throws DoppelException;
}
