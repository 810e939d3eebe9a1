package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What plug-ins remember about hosts. It goes when its host is removed. Safe for several threads; changes are durable on
 * return.
 */
@ProviderType
public interface MemoryRecords {
    /** All that is remembered about a host, by key. */
    Map<String, String> of(String host) throws DoppelException;

    /**
     * Remembers a text in place of an earlier one.
     *
     * @param key 1 to 64 characters
     * @param value at most 64 KiB as UTF-8
     * @throws DoppelException {@link CatalogError#TOO_LONG}
     */
    void put(String host, String key, String value) throws DoppelException;

    /** Forgets what was remembered about a host and remembers this, all or nothing. */
    void replace(String host, Map<String, String> memory) throws DoppelException;
}
