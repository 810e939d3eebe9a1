package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.ClearedList;
import io.doppel.vault.internal.meta.Head;
import io.doppel.vault.internal.meta.HeadChange;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.ObjectName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The packs on cleared lists of an open vault (docs/vault-format.md §12). {@link #contains} may be asked by several threads at any time;
 * the rest is for whoever loads or publishes heads, one after the other.
 */
public final class ClearedPacks {
    private final VaultMeta meta;
    private final ChunkIndex index;
    private final Consumer<String> warnings;
    /** Names of packs on lists that the head names. */
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    /**
     * None yet.
     *
     * @param warnings told of lists that cannot be read
     */
    public ClearedPacks(VaultMeta meta, ChunkIndex index, Consumer<String> warnings) {
        this.meta = meta;
        this.index = index;
        this.warnings = warnings;
    }

    /** Whether the pack of that name is on a list that the head names. */
    public boolean contains(String pack) {
        return names.contains(pack);
    }

    /**
     * Learns of the lists that a head names; {@link #apply} follows when its packs are known.
     *
     * @param newest whether there surely is no newer head; otherwise a list that is missing is a failure
     */
    public void learn(Head head, boolean newest) throws DoppelException {
        for (String id : head.cleared()) {
            read(id, newest).ifPresent(list -> names.addAll(packsOf(list)));
        }
    }

    /** Has the index take the packs for not there. */
    public void apply() {
        index.clear(numbers(names));
    }

    /** A list; none, with a warning, if it cannot be read: then its packs are missing like others that somebody deleted. */
    private Optional<ClearedList> read(String id, boolean newest) throws DoppelException {
        try {
            return Optional.of(meta.cleared().get(id));
        } catch (DoppelException e) {
            boolean missing = e.is(VaultError.MISSING_OBJECT);
            if (!e.is(VaultError.DAMAGED_OBJECT) && !(missing && newest)) {
                throw e;
            }
            warnings.accept(e.code().id() + ": " + e.what());
            return Optional.empty();
        }
    }

    /** Hides what is on lists that no head names: it may have been cleared by a head that cannot be read any more. */
    public void hideUnlisted() throws DoppelException {
        for (String id : meta.cleared().stored()) {
            if (!meta.head().cleared().contains(id)) {
                read(id, true).ifPresent(list -> index.hide(numbers(packsOf(list))));
            }
        }
    }

    /** The packs on lists that the head names that are in the storage still. */
    public List<ObjectInfo> undeleted(Storage storage) throws DoppelException {
        Queue<ObjectInfo> there = new ConcurrentLinkedQueue<>();
        for (ObjectKind kind : names.isEmpty() ? new ObjectKind[0] : ObjectKind.values()) {
            storage.list(kind.folder(), o -> {
                if (names.contains(ObjectName.last(o.name()))) {
                    there.add(o);
                }
            });
        }
        return List.copyOf(there);
    }

    /** Stores a list of these packs, which no head names yet; its id. */
    public String put(Set<Integer> packs) throws DoppelException {
        Map<ObjectKind, List<String>> byKind = packs.stream()
                .collect(Collectors.groupingBy(
                        index::packKind, Collectors.mapping(index::packName, Collectors.toList())));
        return meta.cleared()
                .put(
                        meta.leaseEpoch(),
                        byKind.getOrDefault(ObjectKind.DATA, List.of()),
                        byKind.getOrDefault(ObjectKind.NODE, List.of()));
    }

    /** A head that counts names the list of these packs. */
    public void cleared(Set<Integer> packs) {
        packs.forEach(pack -> names.add(index.packName(pack)));
        index.clear(packs);
    }

    /** Once all packs are deleted, publishes a head without the lists of which no segment names a pack, and deletes lists nobody needs. */
    public void forgetDone() throws DoppelException {
        List<ClearedList> done = new ArrayList<>();
        for (String id : meta.head().cleared()) {
            read(id, true)
                    .filter(list -> !index.segmentsName(numbers(packsOf(list))))
                    .ifPresent(done::add);
        }
        for (String id : meta.cleared().stored()) {
            // a list of an earlier lease that no head names is void, and what is on it is hidden until it is cleared
            // anew
            if (!meta.head().cleared().contains(id)
                    && read(id, true).filter(this::isVoidAndDone).isPresent()) {
                meta.cleared().delete(id);
            }
        }
        if (!done.isEmpty()) {
            HeadChange forgetting =
                    HeadChange.forgetting(done.stream().map(ClearedList::id).toList());
            meta.reserve().withRoom(() -> meta.publish(forgetting));
            for (ClearedList list : done) {
                meta.cleared().delete(list.id());
                packsOf(list).forEach(names::remove);
            }
        }
    }

    private boolean isVoidAndDone(ClearedList list) {
        return list.leaseEpoch() < meta.leaseEpoch()
                && numbers(packsOf(list)).stream().allMatch(index::isCleared);
    }

    private static List<String> packsOf(ClearedList list) {
        return Stream.concat(list.data().stream(), list.tree().stream()).toList();
    }

    private Set<Integer> numbers(Collection<String> packs) {
        return packs.stream().map(index::packNumber).filter(n -> n >= 0).collect(Collectors.toSet());
    }
}
