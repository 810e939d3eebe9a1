package io.doppel.offsite.internal.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What a store has, in memory: about 250 bytes for each incarnation and its name. Changes are made by one thread at a time, through {@link #apply} alone, whether they
 * are new or come from the journal; names may be looked up meanwhile.
 */
final class Table {
    /** Objects below these are worth nothing, docs/vault-format.md §2 and §14: room, and what tests of targets put. */
    private static final List<String> SCRATCH = List.of("reserve/", "probe/");

    private final NavigableMap<String, Incarnation> live = new ConcurrentSkipListMap<>();
    private final Map<Long, Incarnation> condemned = new HashMap<>();
    private final Set<Long> deleting = new HashSet<>();
    private long nextId = 1;
    private long openedAt = 1;
    private long events;
    private long deletedThrough;
    private long lastTime;
    private volatile boolean locked;
    private volatile long liveBytes;
    private volatile long condemnedBytes;
    private volatile long weight;

    /** Whether an object of that name is worth nothing, so that it is deleted as soon as it is condemned. */
    static boolean isScratch(String name) {
        return SCRATCH.stream().anyMatch(name::startsWith);
    }

    void apply(Change change) {
        switch (change.kind()) {
            case PUT -> put(change);
            case CONDEMN -> {
                Incarnation one = live.get(change.name());
                if (one == null || one.id != change.id()) {
                    throw new IllegalStateException("condemned what is not there: " + change.id());
                }
                condemn(one, change);
            }
            case UNDO -> undo(change);
            case BRING_BACK -> bringBack(condemned.get(change.id()), change.event());
            case DELETE -> delete(change.ids());
            case GONE -> {
                for (long id : change.ids()) {
                    deleting.remove(id);
                }
            }
            case LOCK -> locked = change.id() == 1;
            case OPEN -> {
                nextId = Math.max(nextId, change.id());
                openedAt = change.id();
            }
            case STATE -> state(change.ids());
            case KEPT -> kept(change);
            default -> throw new IllegalStateException(change.kind().toString());
        }
        events = Math.max(events, change.event());
        lastTime = Math.max(lastTime, change.at());
    }

    private void put(Change change) {
        Incarnation made = new Incarnation(
                change.id(), change.name(), change.size(), change.high(), change.low(), change.event(), change.day());
        if (live.putIfAbsent(change.name(), made) != null) {
            throw new IllegalStateException("put over what is there: " + change.id());
        }
        nextId = Math.max(nextId, change.id() + 1);
        liveBytes += change.size();
        weight += made.weight();
    }

    private void condemn(Incarnation one, Change change) {
        one.condemn(change.event(), change.at(), change.day());
        condemned.put(one.id, one);
        live.remove(one.name);
        liveBytes -= one.size;
        condemnedBytes += one.size;
    }

    private void bringBack(Incarnation one, long event) {
        if (one == null || live.putIfAbsent(one.name, one) != null) {
            throw new IllegalStateException("brought back where it cannot be");
        }
        condemned.remove(one.id);
        one.bringBack(event);
        liveBytes += one.size;
        condemnedBytes -= one.size;
    }

    private void undo(Change change) {
        long to = change.id();
        List<Incarnation> back = new ArrayList<>();
        condemned.values().stream().filter(one -> one.wasThere(to)).forEach(back::add);
        live.values().stream().filter(one -> !one.wasThere(to)).forEach(one -> condemn(one, change));
        back.forEach(one -> bringBack(one, change.event()));
        locked = true;
    }

    private void delete(long[] ids) {
        for (long id : ids) {
            Incarnation one = condemned.remove(id);
            condemnedBytes -= one.size;
            weight -= one.weight();
            deleting.add(id);
            if (!isScratch(one.name)) {
                deletedThrough = Math.max(deletedThrough, one.condemnedEvent);
            }
        }
    }

    private void state(long[] ids) {
        nextId = ids[0];
        deletedThrough = ids[1];
        locked = ids[2] == 1;
        openedAt = ids[3];
        for (int i = 4; i < ids.length; i++) {
            deleting.add(ids[i]);
        }
    }

    private void kept(Change change) {
        long[] more = change.ids();
        Incarnation one = new Incarnation(
                change.id(), change.name(), change.size(), change.high(), change.low(), more[0], change.day());
        one.gaps = Arrays.copyOfRange(more, 4, more.length);
        weight += one.weight();
        if (more[1] > 0) {
            one.condemn(more[1], more[2], more[3]);
            condemned.put(one.id, one);
            condemnedBytes += one.size;
        } else {
            live.put(one.name, one);
            liveBytes += one.size;
        }
    }

    /** Tells the changes that make the same table again. */
    void tell(Consumer<Change> consumer) {
        long[] state = new long[4 + deleting.size()];
        state[0] = nextId;
        state[1] = deletedThrough;
        state[2] = locked ? 1 : 0;
        state[3] = openedAt;
        int i = 4;
        for (long id : deleting) {
            state[i++] = id;
        }
        consumer.accept(Change.ids(Change.Kind.STATE, events, lastTime, 0, state));
        live.values().forEach(one -> consumer.accept(kept(one)));
        condemned.values().forEach(one -> consumer.accept(kept(one)));
    }

    private static Change kept(Incarnation one) {
        long[] more = new long[4 + one.gaps.length];
        more[0] = one.putEvent;
        more[1] = one.condemnedEvent;
        more[2] = one.condemnedAt;
        more[3] = one.condemnedDay;
        System.arraycopy(one.gaps, 0, more, 4, one.gaps.length);
        return new Change(
                Change.Kind.KEPT, 0, 0, one.putDay, one.id, one.size, one.attemptHigh, one.attemptLow, one.name, more);
    }

    /** What is there. */
    NavigableMap<String, Incarnation> live() {
        return live;
    }

    /** What is condemned. */
    Collection<Incarnation> condemned() {
        return condemned.values();
    }

    /** A condemned one, null if there is none. */
    Incarnation condemned(long id) {
        return condemned.get(id);
    }

    /** Ids of what is condemned and fits. */
    long[] condemnedIds(Predicate<Incarnation> fits) {
        return condemned.values().stream().filter(fits).mapToLong(one -> one.id).toArray();
    }

    /** Ids whose bytes may still be there. */
    Set<Long> deleting() {
        return deleting;
    }

    long nextId() {
        return nextId;
    }

    /** What was put before the module opened the store last has lower ids. */
    long openedAt() {
        return openedAt;
    }

    long events() {
        return events;
    }

    /** What was there after an event below this may be deleted. */
    long deletedThrough() {
        return deletedThrough;
    }

    /** Running time of the last change. */
    long lastTime() {
        return lastTime;
    }

    boolean locked() {
        return locked;
    }

    long liveBytes() {
        return liveBytes;
    }

    /** What all incarnations count against the limit of objects. */
    long weight() {
        return weight;
    }

    long condemnedBytes() {
        return condemnedBytes;
    }
}
