package io.doppel.vault.internal.index;

import io.doppel.vault.internal.pack.ObjectKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the packs that an open vault knows. Guarded by the {@link ChunkIndex}. */
final class PackTable {
    private final List<Pack> packs = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    record Pack(String name, ObjectKind kind, long size, int records) {}

    int add(Pack pack) {
        Integer known = numbers.putIfAbsent(pack.name(), packs.size());
        if (known != null) {
            return known;
        }
        packs.add(pack);
        return packs.size() - 1;
    }

    boolean contains(String name) {
        return numbers.containsKey(name);
    }

    /** Number of the pack of that name, or −1. */
    int number(String name) {
        return numbers.getOrDefault(name, -1);
    }

    Pack get(int number) {
        return packs.get(number);
    }

    int size() {
        return packs.size();
    }
}
