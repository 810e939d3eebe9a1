package io.doppel.vault.internal.meta;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.AbstractList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The versions that a head lists, in the order in which they were added; one is found by its id at once, however many there are. Immutable. */
public final class HeadVersions extends AbstractList<HeadVersion> {
    private final List<HeadVersion> versions;
    private final Map<String, HeadVersion> byId = new HashMap<>();

    /** Copies. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    HeadVersions(Collection<HeadVersion> versions) {
        this.versions = List.copyOf(versions);
        this.versions.forEach(v -> byId.putIfAbsent(v.id(), v));
    }

    /** The version of that id. */
    public Optional<HeadVersion> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    @Override
    public HeadVersion get(int i) {
        return versions.get(i);
    }

    @Override
    public int size() {
        return versions.size();
    }
}
