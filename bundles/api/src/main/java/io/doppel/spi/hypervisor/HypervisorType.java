package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import org.osgi.annotation.versioning.ConsumerType;

/** A kind of hypervisor: the service a plug-in registers. Stateless; called from any thread. */
@ConsumerType
public interface HypervisorType {
    /** Short word in lower case that people type, unique among plug-ins; never changes. */
    String name();

    /** One line for people. */
    String title();

    /** What a person fills in to add a host of this type. */
    SettingsSpec settings();

    /**
     * Opens a host. Checks that it can be used: address, credentials, rights. May take as long as the network's time-out.
     *
     * @throws DoppelException coded; nothing is left open then
     */
    HypervisorHost connect(HostContext context) throws DoppelException;
}
