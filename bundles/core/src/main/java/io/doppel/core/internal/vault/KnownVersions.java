package io.doppel.core.internal.vault;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VersionOrigin;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.VersionRecords;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The versions as the catalogue knows them, and how it learns of them: the vaults decide which there are and what they are; their states are
 * known here only. Safe for several threads.
 */
public final class KnownVersions {
    private final VersionRecords records;

    KnownVersions(VersionRecords records) {
        this.records = records;
    }

    /** As {@link VersionRecords#list}. */
    public List<VersionView> list(Optional<String> vault, Optional<String> machine) throws DoppelException {
        return records.list(vault, machine);
    }

    /** As {@link VersionRecords#count}. */
    int count(String vault) throws DoppelException {
        return records.count(vault);
    }

    /**
     * The version whose id equals or uniquely starts with {@code id}.
     *
     * @throws DoppelException {@link CommonError#NOT_FOUND}
     */
    public VersionView version(String id) throws DoppelException {
        List<VersionView> found = id.isEmpty() ? List.of() : records.startingWith(id);
        Optional<VersionView> exact =
                found.stream().filter(v -> v.id().equals(id)).findFirst();
        if (exact.isPresent()) {
            return exact.get();
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new DoppelException(
                CommonError.NOT_FOUND,
                found.isEmpty()
                        ? "There is no version '" + id + "'"
                        : "'" + id + "' is the start of " + found.size() + " versions");
    }

    /** The versions of a vault that are known to be damaged. */
    public List<VersionView> damagedIn(String name) throws DoppelException {
        return records.list(Optional.of(name), Optional.empty()).stream()
                .filter(v -> v.health() == VersionView.Health.DAMAGED)
                .toList();
    }

    /** As {@link VersionRecords#validSince}. */
    public void validSince(String vault, Collection<String> ids, Instant since) throws DoppelException {
        records.validSince(vault, ids, since);
    }

    /** As {@link VersionRecords#bootTested}. */
    public void bootTested(VersionView version, BootTest result) throws DoppelException {
        records.bootTested(version.vault(), version.id(), result);
    }

    /** As {@link VersionRecords#put}. */
    public void keep(VersionView version) throws DoppelException {
        records.put(version);
    }

    /** Takes over all that the vault says of its versions; what was found out about those that were known stays. */
    void readAll(String name, Vault vault) throws DoppelException {
        records.replaceAll(name, read(name, vault));
    }

    /** Adds versions that another server stored in the meantime, and forgets those that it removed. */
    void learn(String name, Vault vault) throws DoppelException {
        Set<String> known = records.list(Optional.of(name), Optional.empty()).stream()
                .map(VersionView::id)
                .collect(Collectors.toSet());
        List<String> there = vault.versionIds();
        for (String id : there) {
            if (!known.contains(id)) {
                records.put(read(name, vault, id));
            }
        }
        records.remove(name, known.stream().filter(id -> !there.contains(id)).toList());
    }

    /** The vault decides what is there: a removal can have happened although it failed, now or before. */
    void forgetRemoved(String name, Vault vault, List<String> ids) throws DoppelException {
        Set<String> there = Set.copyOf(vault.versionIds());
        records.remove(name, ids.stream().filter(id -> !there.contains(id)).toList());
    }

    private static List<VersionView> read(String name, Vault vault) throws DoppelException {
        List<VersionView> found = new ArrayList<>();
        for (String id : vault.versionIds()) {
            found.add(read(name, vault, id));
        }
        return found;
    }

    private static VersionView read(String name, Vault vault, String id) throws DoppelException {
        try {
            return view(name, vault.version(id));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            return unreadable(name, id, vault.listed(id), e);
        }
    }

    /** One version that cannot be read must not keep the others from being used. */
    private static VersionView unreadable(String vault, String id, Vault.Listed listed, DoppelException why) {
        return new VersionView(
                id,
                vault,
                listed.host(),
                listed.machineId(),
                listed.machineId(),
                listed.takenAt(),
                0,
                0,
                0,
                0,
                "",
                VersionView.Health.DAMAGED,
                Instant.now(),
                List.of(why.what()));
    }

    /** A new version as people see it. */
    public static VersionView view(String vault, VersionManifest v) {
        return new VersionView(
                v.id(),
                vault,
                v.host().name(),
                v.machine().id(),
                v.machine().name(),
                v.takenAt(),
                v.disks().size(),
                v.stats().logicalBytes(),
                v.stats().dataBytes(),
                v.stats().storedBytes(),
                v.stats().newBytes(),
                v.consistency(),
                VersionView.Health.UNVERIFIED,
                Instant.EPOCH,
                List.of(),
                Optional.empty(),
                Optional.ofNullable(v.origin()).map(o -> new VersionOrigin(o.vault(), o.version())));
    }
}
