package io.doppel.sim.xapi.db;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType.Field;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;

/** The records of a pool in memory, with the number of each change so that followers of events can be told what they missed. */
public final class Database implements Records {
    /** Removed records that are remembered for event followers; who is further behind has lost events. */
    private static final int REMEMBERED = 2000;

    private final Map<String, Map<String, Row>> tables = new LinkedHashMap<>();
    private final Deque<Removed> removed = new ArrayDeque<>();
    private long generation = 1;
    private long forgotten;

    private static final class Row {
        final Map<String, Object> values = new LinkedHashMap<>();
        final long created;
        long changed;

        Row(long generation) {
            created = generation;
            changed = generation;
        }
    }

    private record Removed(String type, String ref, long created, long generation) {}

    /** @param snapshot the record as it is now; null for one that was removed */
    public record Change(String operation, String type, String ref, long generation, Map<String, Object> snapshot) {}

    /** @param counts how many records each class has */
    public record Changes(List<Change> list, long generation, Map<String, Long> counts) {}

    public Database() {
        Schema.classes().forEach(type -> tables.put(type, new LinkedHashMap<>()));
    }

    @Override
    public synchronized List<String> all(String type) {
        return List.copyOf(table(type).keySet());
    }

    @Override
    public synchronized Map<String, Object> get(String type, String ref) {
        return copy(row(type, ref));
    }

    @Override
    public synchronized Object get(String type, String ref, String field) {
        return row(type, ref).values.get(field(type, field).name());
    }

    @Override
    public synchronized boolean exists(String type, String ref) {
        return table(type).containsKey(ref);
    }

    @Override
    public synchronized String find(String type, String refOrUuid) {
        if (table(type).containsKey(refOrUuid)) {
            return refOrUuid;
        }
        for (Map.Entry<String, Row> entry : table(type).entrySet()) {
            if (refOrUuid.equals(entry.getValue().values.get("uuid"))) {
                return entry.getKey();
            }
        }
        throw new XapiFault("HANDLE_INVALID", type, refOrUuid);
    }

    @Override
    public synchronized String create(String type, Map<String, ?> fields) {
        Row row = new Row(++generation);
        Schema.fields(type).values().forEach(field -> row.values.put(field.name(), field.initial()));
        Relations.mirroredIn(type).forEach(relation -> row.values.put(relation.mirror(), List.of()));
        fields.forEach((name, value) -> {
            Field field = field(type, name);
            if (Relations.mirroredIn(type).stream()
                    .noneMatch(relation -> relation.mirror().equals(name))) {
                row.values.put(name, field.accept(value));
            }
        });
        if (row.values.get("uuid").equals("")) {
            row.values.put("uuid", UUID.randomUUID().toString());
        }
        String ref = "OpaqueRef:" + UUID.randomUUID();
        table(type).put(ref, row);
        Relations.of(type).forEach(relation -> link(relation, ref, row.values.get(relation.field()), true));
        notifyAll();
        return ref;
    }

    @Override
    public synchronized void set(String type, String ref, String name, Object value) {
        Row row = row(type, ref);
        Object accepted = field(type, name).accept(value);
        Object before = row.values.put(name, accepted);
        if (accepted.equals(before)) {
            return;
        }
        row.changed = ++generation;
        for (Relations.Relation relation : Relations.of(type, name)) {
            link(relation, ref, before, false);
            link(relation, ref, accepted, true);
        }
        notifyAll();
    }

    @Override
    public synchronized void destroy(String type, String ref) {
        Row row = row(type, ref);
        table(type).remove(ref);
        Relations.of(type).forEach(relation -> link(relation, ref, row.values.get(relation.field()), false));
        removed.addLast(new Removed(type, ref, row.created, ++generation));
        if (removed.size() > REMEMBERED) {
            forgotten = removed.removeFirst().generation();
        }
        notifyAll();
    }

    /** Tells of a record as changed though it is not; returns the number of this change. */
    public synchronized long touch(String type, String ref) {
        row(type, ref).changed = ++generation;
        notifyAll();
        return generation;
    }

    public synchronized long generation() {
        return generation;
    }

    /** Makes all who follow events lose some. */
    public synchronized void forgetChanges() {
        removed.clear();
        forgotten = ++generation;
        notifyAll();
    }

    /** Waits for any change after {@code since}, for at most {@code limit}. */
    public synchronized void await(long since, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        long left = limit.toNanos();
        while (generation <= since && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - System.nanoTime();
        }
    }

    /**
     * What became of the records that {@code wanted} (class and reference) accepts after change number {@code since}; 0 gives
     * all as added.
     *
     * @throws XapiFault {@code EVENTS_LOST} when too much has happened since
     */
    public synchronized Changes since(long since, BiPredicate<String, String> wanted) {
        if (since > 0 && since < forgotten) {
            throw new XapiFault("EVENTS_LOST");
        }
        List<Change> added = new ArrayList<>();
        List<Change> changed = new ArrayList<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        tables.forEach((type, table) -> {
            counts.put(type, (long) table.size());
            table.forEach((ref, row) -> {
                if (row.changed > since && wanted.test(type, ref)) {
                    boolean isNew = row.created > since;
                    (isNew ? added : changed).add(new Change(isNew ? "add" : "mod", type, ref, row.changed, copy(row)));
                }
            });
        });
        added.addAll(changed);
        for (Removed gone : removed) {
            if (gone.generation > since && gone.created <= since && wanted.test(gone.type, gone.ref)) {
                added.add(new Change("del", gone.type, gone.ref, gone.generation, null));
            }
        }
        return new Changes(added, generation, counts);
    }

    private void link(Relations.Relation relation, String ref, Object targets, boolean add) {
        List<?> list = targets instanceof List<?> several ? several : List.of(targets);
        for (Object target : list) {
            Row row = table(relation.target()).get(target);
            if (row != null) {
                List<Object> mirror = new ArrayList<>((List<?>) row.values.get(relation.mirror()));
                mirror.remove(ref);
                if (add) {
                    mirror.add(ref);
                }
                row.values.put(relation.mirror(), List.copyOf(mirror));
                row.changed = ++generation;
            }
        }
    }

    private Map<String, Row> table(String type) {
        return tables.get(type);
    }

    private Row row(String type, String ref) {
        Row row = table(type).get(ref);
        if (row == null) {
            throw new XapiFault("HANDLE_INVALID", type, String.valueOf(ref));
        }
        return row;
    }

    private static Field field(String type, String name) {
        Field field = Schema.fields(type).get(name);
        if (field == null) {
            throw new XapiFault("INTERNAL_ERROR", "no field " + type + "." + name);
        }
        return field;
    }

    private static Map<String, Object> copy(Row row) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(row.values));
    }
}
