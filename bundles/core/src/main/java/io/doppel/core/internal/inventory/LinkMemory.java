package io.doppel.core.internal.inventory;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.MemoryRecords;
import io.doppel.spi.hypervisor.HostMemory;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a plug-in remembers about a host: in the catalogue, or, while settings are only tried, here until they are kept. Safe
 * for several threads.
 */
final class LinkMemory implements HostMemory {
    private final MemoryRecords records;
    private final String host;
    private Map<String, String> tried;

    private LinkMemory(MemoryRecords records, String host, Map<String, String> tried) {
        this.records = records;
        this.host = host;
        this.tried = tried;
    }

    /** Of a host that is kept. */
    static LinkMemory kept(MemoryRecords records, String host) {
        return new LinkMemory(records, host, null);
    }

    /** Of a host whose settings are tried. */
    static LinkMemory tried(MemoryRecords records, String host, Map<String, String> start) {
        return new LinkMemory(records, host, new TreeMap<>(start));
    }

    @Override
    public synchronized Optional<String> get(String key) throws DoppelException {
        return Optional.ofNullable((tried == null ? records.of(host) : tried).get(key));
    }

    @Override
    public synchronized void put(String key, String value) throws DoppelException {
        if (tried == null) {
            records.put(host, key, value);
        } else {
            tried.put(key, value);
        }
    }

    /** The settings that were tried are kept now, so this is as well. */
    synchronized void keep() throws DoppelException {
        if (tried != null) {
            records.replace(host, tried);
            tried = null;
        }
    }
}
