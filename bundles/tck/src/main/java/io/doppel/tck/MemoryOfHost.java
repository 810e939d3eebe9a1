package io.doppel.tck;

import io.doppel.spi.hypervisor.HostMemory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What a plug-in remembers about a host, in memory. Safe for several threads. */
public final class MemoryOfHost implements HostMemory {
    private final Map<String, String> values = new ConcurrentHashMap<>();

    @Override
    public Optional<String> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    @Override
    public void put(String key, String value) {
        values.put(key, value);
    }
}
