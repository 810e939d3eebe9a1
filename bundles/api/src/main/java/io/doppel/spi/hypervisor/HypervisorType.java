package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.PeerCertificate;
import java.util.List;
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

    /** Options of a backup that this type adds; none by default. */
    default SettingsSpec snapshotOptions() {
        return SettingsSpec.of();
    }

    /** Options of a restore that this type adds; none by default. */
    default SettingsSpec restoreOptions() {
        return SettingsSpec.of();
    }

    /**
     * The TLS certificates that the peers at these settings show, so that a person can confirm them: those of all peers to
     * which {@link #connect} would send a password. Nothing secret is sent. None by default, for types without TLS.
     *
     * <p>A type that returns any has an optional LIST setting {@code fingerprint} that holds what was confirmed, and refuses
     * with {@link io.doppel.api.error.CommonError#UNCONFIRMED} to connect without.
     *
     * @param settings checked values; secrets may be absent
     */
    default List<PeerCertificate> certificates(Settings settings) throws DoppelException {
        return List.of();
    }

    /**
     * Opens a host. Checks that it can be used: address, credentials, rights. May take as long as the network's time-out.
     *
     * @throws DoppelException coded; nothing is left open then
     */
    HypervisorHost connect(HostContext context) throws DoppelException;
}
