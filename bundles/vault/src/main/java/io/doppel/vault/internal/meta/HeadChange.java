package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a publication changes. Applying it twice is as good as once.
 *
 * @param addVersions versions to store and list; their ids are new for each attempt to publish
 * @param addIndex index segments to list; they are stored already
 * @param removeVersions ids not to list any more
 * @param removeIndex segments not to list any more
 * @param addCleared cleared lists to name; they are stored already
 * @param removeCleared cleared lists not to name any more
 * @param walked if present, the only versions that the head before may list
 */
public record HeadChange(
        List<VersionManifest> addVersions,
        List<String> addIndex,
        Collection<String> removeVersions,
        Collection<String> removeIndex,
        List<String> addCleared,
        Collection<String> removeCleared,
        Optional<Set<String>> walked) {
    /** Copies. */
    public HeadChange {
        addVersions = List.copyOf(addVersions);
        addIndex = List.copyOf(addIndex);
        removeVersions = Set.copyOf(removeVersions);
        removeIndex = Set.copyOf(removeIndex);
        addCleared = List.copyOf(addCleared);
        removeCleared = Set.copyOf(removeCleared);
        walked = walked.map(Set::copyOf);
    }

    /** Versions and index segments that come and go. */
    public HeadChange(
            List<VersionManifest> addVersions,
            List<String> addIndex,
            Collection<String> removeVersions,
            Collection<String> removeIndex) {
        this(addVersions, addIndex, removeVersions, removeIndex, List.of(), List.of(), Optional.empty());
    }

    /** Adds versions and index segments. */
    public static HeadChange adding(List<VersionManifest> versions, List<String> index) {
        return new HeadChange(versions, index, List.of(), List.of());
    }

    /** Replaces index segments, for example after a merge. */
    public static HeadChange replacingIndex(Collection<String> old, List<String> index) {
        return new HeadChange(List.of(), index, List.of(), old);
    }

    /** Takes versions off the list. */
    public static HeadChange removing(Collection<String> versions) {
        return new HeadChange(List.of(), List.of(), versions, List.of());
    }

    /** Names a cleared list, if the head before lists no versions but those that were walked. */
    public static HeadChange clearing(String list, List<String> index, Set<String> walked) {
        return new HeadChange(List.of(), index, List.of(), List.of(), List.of(list), List.of(), Optional.of(walked));
    }

    /** Names these cleared lists no more. */
    public static HeadChange forgetting(Collection<String> cleared) {
        return new HeadChange(List.of(), List.of(), List.of(), List.of(), List.of(), cleared, Optional.empty());
    }

    /**
     * Checks that the change may follow a head.
     *
     * @throws DoppelException {@link VaultError#MOVED_ON}
     */
    void requireFollows(Head base) throws DoppelException {
        for (HeadVersion v : walked.isEmpty() ? List.<HeadVersion>of() : base.versions()) {
            if (!walked.get().contains(v.id())) {
                throw new DoppelException(VaultError.MOVED_ON, "Version " + v.id() + " came in between");
            }
        }
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
        Set<String> cleared = new LinkedHashSet<>(base.cleared());
        cleared.removeAll(removeCleared);
        cleared.addAll(addCleared);
        return new Head(
                generation,
                baseSha256,
                leaseEpoch,
                new HeadVersions(versions),
                List.copyOf(index),
                List.copyOf(cleared));
    }
}
