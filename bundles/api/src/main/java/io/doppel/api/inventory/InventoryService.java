package io.doppel.api.inventory;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.PeerCertificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Hosts and their machines. Safe for several threads; changes are durable on return. */
@ProviderType
public interface InventoryService {
    /** The hypervisor types whose plug-ins are there now, with their settings. */
    Map<String, SettingsSpec> hostTypes();

    /**
     * The options that hypervisor types add to kinds of jobs, given there as {@code host-options}: by type, then by kind.
     */
    Map<String, Map<String, SettingsSpec>> hostOptions();

    /**
     * Adds a host after connecting to it.
     *
     * @param settings as text; values of SECRET fields in clear, they go to the secret store and nowhere else
     * @throws DoppelException if the name is taken, a setting is wrong, or the host cannot be reached; nothing is added then
     */
    HostView addHost(String name, String type, Map<String, String> settings) throws DoppelException;

    /**
     * The TLS certificates that peers at these settings show now and that nobody has confirmed yet; none if the type has no
     * TLS. Nothing secret is sent. Whoever confirms one adds its fingerprint to the setting {@code fingerprint}.
     *
     * @param settings as for {@link #addHost}; secrets may be left out
     */
    List<PeerCertificate> unconfirmed(String type, Map<String, String> settings) throws DoppelException;

    /**
     * Changes settings of a host after connecting to it with them. Where an address changes, secrets must be given anew:
     * what was kept for the old address is never sent to the new one.
     *
     * @param changes as text; an empty text takes a setting away
     * @throws DoppelException as for {@link #addHost}; the host then is as it was. Refuses while a run uses it
     */
    HostView changeHost(String name, Map<String, String> changes) throws DoppelException;

    /** The hosts, by name. */
    List<HostView> hosts();

    /** Forgets a host and its secrets. Versions of its machines stay. Refuses while a run uses it. */
    void removeHost(String name) throws DoppelException;

    /** The machines of one host, or of all. A host that cannot be reached is left out here and shows in {@link #hosts()}. */
    List<HostMachine> machines(Optional<String> host) throws DoppelException;

    /** The originals kept on the hosts that can be reached, oldest first. */
    List<KeptOriginalView> keptOriginals();

    /**
     * Deletes the old disks of a restore over the original for good. Confirming a restore twice does nothing.
     *
     * @param host name of the host
     * @param restoreId the restore, see {@link KeptOriginalView#restoreId()}
     * @throws DoppelException if there is no such host, or it cannot be reached
     */
    void confirmRestore(String host, String restoreId) throws DoppelException;
}
