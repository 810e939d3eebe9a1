package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.core.internal.plugin.Gate;
import java.util.List;

/** What the job engine needs of the hosts. Safe for several threads. */
public interface HostAccess extends MachineSource {
    /** The machines of a host. */
    List<HostMachine> machinesOf(String host) throws DoppelException;

    @Override
    default List<HostMachine> machinesOf(String host, boolean tagsToo) throws DoppelException {
        return machinesOf(host);
    }

    /** Tells when the plug-in behind a host leaves. */
    Gate gateOf(String host) throws DoppelException;

    /** Removes what earlier runs left on a host, if nobody is at work there; a line for each thing removed. */
    List<String> sweep(String host) throws DoppelException;
}
