package io.doppel.spi.hypervisor;

import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import java.util.Objects;

/**
 * What a plug-in gets when it connects.
 *
 * @param host the name people gave the host
 * @param installationId id of this Doppel installation; marks everything that is created on the host
 * @param settings checked values of the type's spec
 * @param secrets resolves secret references; values are cleared after use
 * @param memory what the plug-in remembers about this host
 */
public record HostContext(
        String host, String installationId, Settings settings, SecretStore secrets, HostMemory memory) {
    /** Checks the parts. */
    public HostContext {
        Objects.requireNonNull(host);
        Objects.requireNonNull(installationId);
        Objects.requireNonNull(settings);
        Objects.requireNonNull(secrets);
        Objects.requireNonNull(memory);
    }
}
