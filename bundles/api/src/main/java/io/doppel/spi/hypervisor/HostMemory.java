package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a plug-in remembers about one host between connections, for example the members of a pool. No secrets; gone when
 * the host is removed or the address in its settings changes. Safe for several threads.
 */
@ProviderType
public interface HostMemory {
    /** What was remembered. */
    Optional<String> get(String key) throws DoppelException;

    /**
     * Remembers a text, durably on return.
     *
     * @param key 1 to 64 characters
     * @param value at most 64 KiB as UTF-8
     */
    void put(String key, String value) throws DoppelException;
}
