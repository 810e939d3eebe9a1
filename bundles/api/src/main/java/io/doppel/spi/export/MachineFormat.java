package io.doppel.spi.export;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.hypervisor.HostWork;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A format for whole machines in one file, into which versions can be exported without any host: the service that a
 * hypervisor's plug-in registers. Stateless; called from any thread.
 */
@ConsumerType
public interface MachineFormat {
    /**
     * Short word in lower-case letters and digits that people type and that ends the file's name, unique among plug-ins and
     * neither {@code raw} nor {@code vhd}; never changes.
     */
    String name();

    /** One line for people. */
    String title();

    /** Name of the {@link io.doppel.spi.hypervisor.HypervisorType} whose machines it can hold. */
    String hypervisorType();

    /** Options of an export that this format adds; none by default. */
    default SettingsSpec options() {
        return SettingsSpec.of();
    }

    /**
     * Plans a file. Reads no data of the disks, only which parts of them hold any.
     *
     * @param machine what goes into it; its readers stay open until the file is written or given up
     * @param work the run that the file is for; may be used until the file is written. What the file cannot hold of the
     *     machine is told it
     * @throws DoppelException if the machine does not fit into the format
     */
    MachineFile plan(MachineContent machine, HostWork work) throws DoppelException;
}
