package io.doppel.vault.internal.meta;

import io.doppel.vault.VersionManifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a publication changes. Applying it twice is as good as once.
 *
 * @param addVersions versions to store and list; their ids are new for each attempt to publish
 * @param addIndex index segments to list; they are stored already
 * @param removeVersions ids not to list any more
 * @param removeIndex segments not to list any more
 */
public record HeadChange(
        List<VersionManifest> addVersions,
        List<String> addIndex,
        Collection<String> removeVersions,
        Collection<String> removeIndex) {
    /** Copies. */
    public HeadChange {
        addVersions = List.copyOf(addVersions);
        addIndex = List.copyOf(addIndex);
        removeVersions = Set.copyOf(removeVersions);
        removeIndex = Set.copyOf(removeIndex);
    }

    /** Adds versions and index segments. */
    public static HeadChange adding(List<VersionManifest> versions, List<String> index) {
        return new HeadChange(versions, index, List.of(), List.of());
    }

    /** Replaces index segments, for example after a merge. */
    public static HeadChange replacingIndex(Collection<String> old, List<String> index) {
        return new HeadChange(List.of(), index, List.of(), old);
    }

    Head apply(Head base, String baseSha256, long generation, long leaseEpoch) {
        List<HeadVersion> versions = new ArrayList<>();
        for (HeadVersion v : base.versions()) {
            if (!removeVersions.contains(v.id())) {
                versions.add(v);
            }
        }
        for (VersionManifest v : addVersions) {
            if (!base.lists(v.id())) {
                versions.add(HeadVersion.of(v));
            }
        }
        Set<String> index = new LinkedHashSet<>(base.index());
        index.removeAll(removeIndex);
        index.addAll(addIndex);
        return new Head(generation, baseSha256, leaseEpoch, versions, List.copyOf(index));
    }
}
