package io.doppel.offsite.internal.store;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.OffsiteError;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectNames;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.storage.local.LocalStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What one client has at the module, docs/offsite-protocol.md §4 and §5: objects that nobody can change or remove before their
 * window is over, and the journal of what happened to their names. Safe for several threads; reads and lists wait for nobody.
 */
public final class ClientStore implements AutoCloseable {
    /** Ids in one change. */
    static final int BATCH = 4096;

    private static final String OBJECTS = "objects";

    private final Path folder;
    private final Storage storage;
    private final RunningTime time;
    private volatile Limits limits;
    private final BiConsumer<AlertKind, String> alerts;
    private final Table table = new Table();
    private final Puts puts;
    private final Journal journal;
    private long nextId;

    private ClientStore(Path folder, RunningTime time, Limits limits, BiConsumer<AlertKind, String> alerts)
            throws DoppelException {
        this.folder = folder;
        this.time = time;
        this.limits = limits;
        this.alerts = alerts;
        this.storage = LocalStorage.open(folder);
        this.puts = new Puts(this);
        Journal opened = null;
        boolean done = false;
        try {
            Map<Long, Long> files = files();
            opened = Journal.open(folder, storage, files.isEmpty(), table::apply);
            this.journal = opened;
            time.atLeast(table.lastTime());
            tidy(files);
            nextId = table.nextId();
            record(Change.event(Change.Kind.OPEN, table.events(), time.millis(), time.day(), nextId, ""));
            done = true;
        } finally {
            if (!done) {
                if (opened != null) {
                    opened.closeQuietly();
                }
                storage.close();
            }
        }
    }

    /**
     * Opens the store in a folder, which exists. Finishes what a crash broke off.
     *
     * @param alerts told what an admin should know
     * @throws DoppelException {@link OffsiteError#STORE_DAMAGED}; failures of the disk
     */
    public static ClientStore open(Path folder, RunningTime time, Limits limits, BiConsumer<AlertKind, String> alerts)
            throws DoppelException {
        return new ClientStore(folder, time, limits, alerts);
    }

    private Map<Long, Long> files() throws DoppelException {
        Map<Long, Long> files = new HashMap<>();
        storage.list(
                OBJECTS,
                info -> files.put(Long.parseLong(info.name().substring(OBJECTS.length() + 4), 16), info.size()));
        return files;
    }

    /** Deletes what was decided before, and what nobody was told of; says what is missing or unknown. */
    private void tidy(Map<Long, Long> files) throws DoppelException {
        forget(table.deleting().stream().mapToLong(Long::longValue).toArray());
        table.deleting().forEach(files::remove);
        List<String> missing = new ArrayList<>();
        Consumer<Incarnation> find = one -> {
            Long size = files.remove(one.id);
            if (size == null || size != one.size) {
                missing.add(one.name);
            }
        };
        table.live().values().forEach(find);
        table.condemned().forEach(find);
        int unknown = 0;
        for (long id : files.keySet()) {
            if (id >= table.openedAt()) {
                storage.delete(path(id));
            } else {
                unknown++;
            }
        }
        if (!missing.isEmpty()) {
            alerts.accept(
                    AlertKind.DAMAGE,
                    missing.size() + " objects are missing or have another size on the module's disk, for example '"
                            + missing.get(0) + "'");
        }
        if (unknown > 0) {
            alerts.accept(
                    AlertKind.DAMAGE, unknown + " files in the store's folder are in no journal; they were left alone");
        }
    }

    static String path(long id) {
        return OBJECTS + "/" + Incarnation.file(id);
    }

    Storage storage() {
        return storage;
    }

    /** What the store may take. */
    public Limits limits() {
        return limits;
    }

    /** Changes what the store may take, from now on. */
    public void limits(Limits changed) {
        limits = changed;
    }

    // ---- what a client asks for

    /** Begins an object. What is wrong with it is told by its commit. */
    public Put put(Attempt attempt, String name) {
        return puts.begin(attempt, name);
    }

    /** An object that cannot be put, of which all is passed over until its commit tells why. */
    public Put refused(DoppelException why) {
        return puts.refused(why);
    }

    /** Whether the attempt stored the object; if not it never will. */
    public boolean settle(Attempt attempt, String name) throws DoppelException {
        ObjectNames.check(name);
        puts.end(attempt);
        checkUnlocked();
        Incarnation now = table.live().get(name);
        if (now != null && attempt.isOf(now)) {
            return true;
        }
        synchronized (this) {
            return table.condemned().stream().anyMatch(attempt::isOf);
        }
    }

    /** An id for the bytes of an object that is begun. */
    synchronized long newId() {
        return nextId++;
    }

    /** Gives the bytes, which are durable, their name. */
    synchronized void publish(Attempt attempt, String name, long id, long size) throws DoppelException {
        checkUnlocked();
        if (table.live().containsKey(name)) {
            throw new DoppelException(StorageError.EXISTS, "object '" + name + "' exists");
        }
        record(new Change(
                Change.Kind.PUT,
                table.events() + 1,
                time.millis(),
                time.day(),
                id,
                size,
                attempt.high(),
                attempt.low(),
                name,
                new long[0]));
    }

    /** What has the name now. */
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        ObjectNames.check(name);
        checkUnlocked();
        return Optional.ofNullable(table.live().get(name)).map(ClientStore::info);
    }

    private static ObjectInfo info(Incarnation one) {
        return new ObjectInfo(one.name, one.size, Instant.ofEpochMilli(one.putDay));
    }

    /** Something to read. */
    public interface Reader {
        /** As {@link Storage#read}. */
        void read(long offset, byte[] buffer, int from, int length) throws DoppelException;
    }

    /**
     * What has the name now, for reading a range of it.
     *
     * @throws DoppelException {@link StorageError#NOT_FOUND}; {@link StorageError#TOO_SHORT}
     */
    public Reader reader(String name, long offset, int length) throws DoppelException {
        ObjectNames.check(name);
        checkUnlocked();
        Incarnation one = table.live().get(name);
        if (one == null) {
            throw new DoppelException(StorageError.NOT_FOUND, "object '" + name + "' is not there");
        }
        if (length > one.size - offset) {
            throw new DoppelException(
                    StorageError.TOO_SHORT,
                    "object '" + name + "' has " + one.size + " bytes, wanted " + length + " at " + offset);
        }
        return (at, buffer, from, count) -> storage.read(path(one.id), at, buffer, from, count);
    }

    /** Tells what is there, in the order of names: whole parts of {@code prefix}, behind {@code after}; both may be empty. */
    public void list(String prefix, String after, Consumer<ObjectInfo> consumer) throws DoppelException {
        ObjectNames.checkPrefix(prefix);
        ObjectNames.checkPrefix(after);
        checkUnlocked();
        NavigableMap<String, Incarnation> live = table.live();
        if (prefix.isEmpty()) {
            live.tailMap(after, false).values().forEach(one -> consumer.accept(info(one)));
            return;
        }
        Incarnation itself = prefix.compareTo(after) > 0 ? live.get(prefix) : null;
        if (itself != null) {
            consumer.accept(info(itself));
        }
        // '0' is the character behind '/'.
        String below = prefix + "/";
        String end = prefix + "0";
        boolean inside = after.compareTo(below) > 0;
        if (after.compareTo(end) < 0) {
            live.subMap(inside ? after : below, !inside, end, false)
                    .values()
                    .forEach(one -> consumer.accept(info(one)));
        }
    }

    /** Takes a name away, durably. Idempotent. */
    public void condemn(String name) throws DoppelException {
        ObjectNames.check(name);
        Incarnation one;
        boolean newestHead;
        synchronized (this) {
            checkUnlocked();
            one = table.live().get(name);
            if (one == null) {
                return;
            }
            newestHead = name.startsWith(HEADS) && name.equals(table.live().floorKey(HEADS + "~"));
            record(Change.event(Change.Kind.CONDEMN, table.events() + 1, time.millis(), time.day(), one.id, name));
            if (Table.isScratch(name)) {
                record(Change.ids(Change.Kind.DELETE, table.events(), time.millis(), time.day(), one.id));
            }
        }
        if (Table.isScratch(name)) {
            forget(one.id);
        }
        if (newestHead) {
            alerts.accept(AlertKind.NEWEST_HEAD, "the newest head of the vault was condemned: '" + name + "'");
        } else if (KEYS.stream().anyMatch(name::startsWith)) {
            alerts.accept(
                    AlertKind.KEYS, "an object without which the vault may not open was condemned: '" + name + "'");
        }
    }

    private static final String HEADS = "heads/";
    private static final List<String> KEYS = List.of("config", "keys/", "keyring/", "copies/");

    /** Room of the client. */
    public StorageSpace space() throws DoppelException {
        checkUnlocked();
        long disk = Math.max(0, storage.space().orElseThrow().free() - limits.floor());
        return new StorageSpace(limits.quota(), Math.max(0, Math.min(limits.quota() - used(), disk)));
    }

    /** Bytes that count to the quota. */
    public long used() {
        return table.liveBytes() + table.condemnedBytes() + puts.pending();
    }

    /** Refuses more than the client may have. */
    void checkRoom(long more) throws DoppelException {
        if (used() > limits.quota()) {
            throw new DoppelException(
                    StorageError.FULL, "the client's quota of " + limits.quota() + " bytes is used up");
        }
        if (storage.space().orElseThrow().free() - more < limits.floor()) {
            throw new DoppelException(StorageError.FULL, "the module's disk has no more room for clients");
        }
        if (table.weight() >= limits.objects()) {
            throw new DoppelException(
                    StorageError.FULL, "the client's limit of " + limits.objects() + " objects is reached");
        }
    }

    void checkUnlocked() throws DoppelException {
        if (table.locked()) {
            throw new LockedException();
        }
    }

    // ---- what the admin asks for

    /** Deletes for good what was condemned longer ago than the window; nothing while the store is locked. Bytes that were freed. */
    public long purge(long windowMillis) throws DoppelException {
        long freed = 0;
        while (true) {
            long[] ids;
            synchronized (this) {
                if (table.locked()) {
                    return freed;
                }
                long before = time.millis() - windowMillis;
                ids = table.condemnedIds(one -> one.condemnedAt <= before);
                ids = ids.length > BATCH ? Arrays.copyOf(ids, BATCH) : ids;
                if (ids.length == 0) {
                    return freed;
                }
                long had = table.condemnedBytes();
                record(Change.ids(Change.Kind.DELETE, table.events(), time.millis(), time.day(), ids));
                freed += had - table.condemnedBytes();
            }
            forget(ids);
        }
    }

    /** Removes the bytes of what is deleted for good. A crash before the last line leaves that to the next opening. */
    private void forget(long... ids) throws DoppelException {
        for (long id : ids) {
            storage.delete(path(id));
        }
        if (ids.length > 0) {
            synchronized (this) {
                record(Change.ids(Change.Kind.GONE, table.events(), time.millis(), time.day(), ids));
            }
        }
    }

    /**
     * Goes back to how it was after an event, and locks the store.
     *
     * @throws DoppelException {@link OffsiteError#TOO_LATE}; {@link OffsiteError#NO_EVENT}
     */
    public synchronized void undoTo(long event) throws DoppelException {
        if (event < 0 || event > table.events()) {
            throw new DoppelException(
                    OffsiteError.NO_EVENT, "The last event is " + table.events() + ", and " + event + " was given");
        }
        if (event < table.deletedThrough()) {
            throw new DoppelException(
                    OffsiteError.TOO_LATE,
                    "Event " + event + " is before event " + table.deletedThrough() + ", of which bytes were deleted");
        }
        record(Change.event(Change.Kind.UNDO, table.events() + 1, time.millis(), time.day(), event, ""));
    }

    /**
     * The last event before a time of day.
     *
     * @throws DoppelException {@link OffsiteError#UNCLEAR_TIME} if the clock was set back over it
     */
    public synchronized long eventBefore(Instant when) throws DoppelException {
        long day = when.toEpochMilli();
        long last = 0;
        long first = Long.MAX_VALUE;
        List<Incarnation> all = new ArrayList<>(table.live().values());
        all.addAll(table.condemned());
        for (Incarnation one : all) {
            if (one.putDay <= day) {
                last = Math.max(last, one.putEvent);
            } else {
                first = Math.min(first, one.putEvent);
            }
            if (one.isCondemned() && one.condemnedDay <= day) {
                last = Math.max(last, one.condemnedEvent);
            } else if (one.isCondemned()) {
                first = Math.min(first, one.condemnedEvent);
            }
        }
        if (first < last) {
            throw new DoppelException(
                    OffsiteError.UNCLEAR_TIME, "Event " + first + " has a later time than event " + last);
        }
        return last;
    }

    /**
     * Lets one condemned incarnation come back.
     *
     * @throws DoppelException {@link OffsiteError#TOO_LATE} if it is not there; {@link OffsiteError#NAME_IN_USE}
     */
    public synchronized void bringBack(long id) throws DoppelException {
        Incarnation one = table.condemned(id);
        if (one == null) {
            throw new DoppelException(OffsiteError.TOO_LATE, "Nothing of number " + id + " is condemned");
        }
        if (table.live().containsKey(one.name)) {
            throw new DoppelException(OffsiteError.NAME_IN_USE, "'" + one.name + "' is there");
        }
        record(Change.event(Change.Kind.BRING_BACK, table.events() + 1, time.millis(), time.day(), id, ""));
    }

    /** Locks the store for its client, or opens it again. */
    public synchronized void lock(boolean on) throws DoppelException {
        if (table.locked() != on) {
            record(Change.event(Change.Kind.LOCK, table.events(), time.millis(), time.day(), on ? 1 : 0, ""));
        }
    }

    /** What is condemned, the newest first. */
    public synchronized List<Condemned> condemned(int limit) {
        return table.condemned().stream()
                .sorted(Comparator.comparingLong((Incarnation one) -> one.condemnedEvent)
                        .thenComparing(one -> one.id)
                        .reversed())
                .limit(limit)
                .map(one -> new Condemned(
                        one.condemnedEvent,
                        one.id,
                        one.name,
                        one.size,
                        Instant.ofEpochMilli(one.putDay),
                        Instant.ofEpochMilli(one.condemnedDay),
                        one.condemnedAt))
                .toList();
    }

    /** Figures. */
    public synchronized StoreFigures figures() {
        return new StoreFigures(
                table.live().size(),
                table.liveBytes(),
                table.condemned().size(),
                table.condemnedBytes(),
                table.events(),
                table.deletedThrough(),
                table.locked());
    }

    /** Bytes and objects that were condemned within the last milliseconds of running time. */
    public synchronized StoreFigures condemnedWithin(long millis) {
        long since = time.millis() - millis;
        long[] sum = {0, 0};
        table.condemned().stream().filter(one -> one.condemnedAt > since).forEach(one -> {
            sum[0]++;
            sum[1] += one.size;
        });
        return new StoreFigures(
                table.live().size(), table.liveBytes(), sum[0], sum[1], table.events(), 0, table.locked());
    }

    /** Shortens the journal if that is worth while. */
    public synchronized void compactIfLong() throws DoppelException {
        if (journal.isLong()) {
            compact();
        }
    }

    synchronized void compact() throws DoppelException {
        journal.compact(table);
    }

    /** Makes a change durable, then visible. */
    private void record(Change change) throws DoppelException {
        journal.append(change);
        table.apply(change);
    }

    /** Ends it; objects that are begun are given up. */
    @Override
    public void close() throws DoppelException {
        storage.close();
        synchronized (this) {
            try {
                journal.close();
            } catch (IOException e) {
                throw new DoppelException(StorageError.IO, "The journal of '" + folder + "' cannot be closed", e);
            }
        }
    }
}
