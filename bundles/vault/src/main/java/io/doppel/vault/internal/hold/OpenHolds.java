package io.doppel.vault.internal.hold;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.Hold;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultHolds;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.meta.Holds;
import io.doppel.vault.internal.meta.Problems;
import io.doppel.vault.internal.meta.StoredHold;
import io.doppel.vault.internal.meta.VaultMeta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts and ends holds, and tells who wants to remove versions of them (docs/vault-format.md §13). Safe for several threads. */
public final class OpenHolds implements VaultHolds, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenHolds.class);

    private final VaultMeta meta;
    private final VaultOwner owner;
    private final VersionUse versionUse;
    private final Holds holds;
    /** Ids of the holds of runs that go on, from before they are put. */
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    /** Holds of an open vault. */
    public OpenHolds(VaultMeta meta, VaultOwner owner, VersionUse versionUse) {
        this.meta = meta;
        this.owner = owner;
        this.versionUse = versionUse;
        this.holds = meta.holds();
    }

    @Override
    public Hold forRun(String versionId, String purpose) throws DoppelException {
        String id = Holds.newId();
        running.add(id);
        boolean done = false;
        try {
            put(id, versionId, purpose, false);
            done = true;
        } finally {
            if (!done) {
                running.remove(id);
            }
        }
        return new Hold() {
            @Override
            public String id() {
                return id;
            }

            @Override
            public void close() {
                end(id);
            }
        };
    }

    @Override
    public Found add(String versionId, String purpose) throws DoppelException {
        return found(put(Holds.newId(), versionId, purpose, true));
    }

    private StoredHold put(String id, String version, String purpose, boolean lasting) throws DoppelException {
        StoredHold hold = new StoredHold(
                id, version, purpose, owner.installationId(), owner.serverName(), Instant.now(), lasting, owner.life());
        if (!meta.head().lists(version)) {
            throw Problems.noVersion(version);
        }
        // with the lease, nobody but us can be about to remove it
        try (VersionUse.Use use = versionUse.begin(version)) {
            try {
                holds.put(hold);
                // only now that it is there: who wants to remove the version says so first and looks for holds then
                if (meta.readOnly() && meta.removals().concern(version)) {
                    throw new DoppelException(VaultError.NO_VERSION, "Version '" + version + "' is being removed");
                }
                if (!meta.listsNow(version)) {
                    throw Problems.noVersion(version);
                }
            } catch (DoppelException e) {
                delete(id);
                throw e;
            }
        }
        return hold;
    }

    private void end(String id) {
        if (running.remove(id)) {
            delete(id);
        }
    }

    /** Deletes one of ours; what cannot be deleted now is a leftover. */
    private void delete(String id) {
        try {
            holds.delete(id);
        } catch (DoppelException e) {
            LOG.warn("Vault {}: '{}' stays for now: {}", meta.id(), Holds.name(id), e.getMessage());
        }
    }

    @Override
    public List<Found> all() throws DoppelException {
        List<Found> all = new ArrayList<>();
        for (String id : holds.stored()) {
            try {
                all.add(found(holds.get(id)));
            } catch (DoppelException e) {
                if (Holds.isUnreadable(e)) {
                    String problem = "'" + Holds.name(id) + "' cannot be read: " + e.what();
                    all.add(new Found(id, "", "", "", Instant.EPOCH, true, problem));
                } else if (!e.is(VaultError.MISSING_OBJECT)) {
                    throw e;
                }
            }
        }
        all.sort(Comparator.comparing((Found hold) -> !hold.problem().isEmpty())
                .thenComparing(Found::since)
                .thenComparing(Found::id));
        return List.copyOf(all);
    }

    private static Found found(StoredHold hold) {
        return new Found(hold.id(), hold.version(), hold.purpose(), hold.server(), hold.since(), hold.lasting(), "");
    }

    @Override
    public Found remove(String id) throws DoppelException {
        List<Found> meant = all().stream().filter(hold -> hold.id().equals(id)).toList();
        if (meant.isEmpty()) {
            throw new DoppelException(VaultError.NO_HOLD, "Vault " + meta.id() + " has no hold '" + id + "'");
        }
        holds.delete(id);
        LOG.info(
                "Vault {}: hold {} of version {} was ended",
                meta.id(),
                id,
                meant.get(0).versionId());
        return meant.get(0);
    }

    @Override
    public void endLeftovers() throws DoppelException {
        endLeftovers(!meta.readOnly());
    }

    /** @param ofOtherLives those of servers that this one replaced, too, which takes the lease */
    private void endLeftovers(boolean ofOtherLives) throws DoppelException {
        List<String> leftovers = new ArrayList<>();
        for (String id : holds.stored()) {
            if (isLeftover(id, ofOtherLives)) {
                leftovers.add(id);
            }
        }
        if (ofOtherLives && !leftovers.isEmpty()) {
            // a server that replaced us puts holds only behind its lease: what was listed before this look is not one
            // of them
            meta.checkLease();
        }
        for (String id : leftovers) {
            holds.delete(id);
            LOG.info("Vault {}: hold {}, of a run that is no more, was ended", meta.id(), id);
        }
    }

    private boolean isLeftover(String id, boolean ofOtherLives) throws DoppelException {
        try {
            StoredHold hold = holds.get(id);
            boolean ours = hold.installation().equals(owner.installationId())
                    && (ofOtherLives || hold.life().equals(owner.life()));
            return !hold.lasting() && ours && !running.contains(id);
        } catch (DoppelException e) {
            if (!Holds.isUnreadable(e) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Before versions are removed: says that they will be, and looks that none is held.
     *
     * @return what {@link #decided} takes
     * @throws DoppelException {@link VaultError#ON_HOLD}; {@link VaultError#UNREADABLE_HOLD}; the storage's failures; none may be
     *     removed then
     */
    public String announce(Collection<String> versions) throws DoppelException {
        String announced = meta.removals().announce(meta.leaseEpoch(), versions);
        boolean free = false;
        try {
            requireFree(versions);
            free = true;
            return announced;
        } finally {
            if (!free) {
                decided(announced);
            }
        }
    }

    private void requireFree(Collection<String> versions) throws DoppelException {
        endLeftovers(false);
        List<Found> all = all();
        for (Found hold : all) {
            if (hold.problem().isEmpty() && versions.contains(hold.versionId())) {
                throw new DoppelException(
                        VaultError.ON_HOLD,
                        "Version " + hold.versionId() + " is held since " + hold.since() + " by server '"
                                + hold.server() + "': " + hold.purpose() + " (hold " + hold.id() + ")");
            }
        }
        List<Found> unreadable =
                all.stream().filter(hold -> !hold.problem().isEmpty()).toList();
        if (!unreadable.isEmpty()) {
            throw new DoppelException(
                    VaultError.UNREADABLE_HOLD,
                    unreadable.stream().map(Found::problem).collect(Collectors.joining("; ")));
        }
    }

    /** It is known whether the versions that were announced are removed. */
    public void decided(String announced) {
        try {
            meta.removals().delete(announced);
        } catch (DoppelException e) {
            LOG.warn(
                    "Vault {}: servers that are attached for reading cannot hold some versions until it is opened again: {}",
                    meta.id(),
                    e.getMessage());
        }
    }

    /** Ends the holds of runs, which cannot go on. */
    @Override
    public void close() {
        Set.copyOf(running).forEach(this::end);
    }
}
