package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.xapi.XapiEvents;
import io.doppel.xapi.XapiSession;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pool's records, kept up to date by events: each {@link #sync()} asks only for what changed since the last. Safe for
 * several threads.
 */
final class PoolRecords {
    private static final List<String> CLASSES = List.of(
            "pool",
            "host",
            "vm",
            "vm_guest_metrics",
            "vdi",
            "vbd",
            "vif",
            "sr",
            "pbd",
            "pif",
            "network",
            "certificate",
            "vgpu",
            "vtpm");

    private final XapiEvents events;
    private Map<String, Map<String, Rec>> known = Map.of();

    PoolRecords(XapiSession session) {
        this.events = new XapiEvents(session, CLASSES);
    }

    /** All records as they are now; the result does not change any more. */
    synchronized View sync() throws DoppelException {
        XapiEvents.Batch batch = events.next(Duration.ZERO);
        apply(batch);
        if (!batch.whole() && lost(batch.counts())) {
            events.restart();
            apply(events.next(Duration.ZERO));
        }
        return new View(known);
    }

    private void apply(XapiEvents.Batch batch) {
        if (!batch.whole() && batch.events().isEmpty()) {
            return;
        }
        Map<String, Map<String, Rec>> next = new HashMap<>();
        if (!batch.whole()) {
            known.forEach((type, records) -> next.put(type, new LinkedHashMap<>(records)));
        }
        for (XapiEvents.Event event : batch.events()) {
            Map<String, Rec> records = next.computeIfAbsent(event.type(), t -> new LinkedHashMap<>());
            if (event.deleted()) {
                records.remove(event.ref());
            } else {
                records.put(event.ref(), new Rec(event.ref(), event.record()));
            }
        }
        known = next;
    }

    /** Whether the pool has another number of objects than we know. */
    private boolean lost(Map<String, Integer> counts) {
        return CLASSES.stream()
                .anyMatch(type -> counts.containsKey(type)
                        && counts.get(type)
                                != known.getOrDefault(type, Map.of()).size());
    }

    /** The records of one moment. */
    static final class View {
        private final Map<String, Map<String, Rec>> records;

        View(Map<String, Map<String, Rec>> records) {
            this.records = records;
        }

        /** All of a class, named in lower case. */
        Collection<Rec> all(String type) {
            return records.getOrDefault(type, Map.of()).values();
        }

        Optional<Rec> find(String type, String ref) {
            return Optional.ofNullable(records.getOrDefault(type, Map.of()).get(ref));
        }

        Optional<Rec> byUuid(String type, String uuid) {
            return all(type).stream().filter(r -> r.uuid().equals(uuid)).findFirst();
        }

        /** By uuid or, where just one has it, by name. */
        Optional<Rec> named(String type, String uuidOrName) {
            Optional<Rec> exact = byUuid(type, uuidOrName);
            if (exact.isPresent()) {
                return exact;
            }
            List<Rec> same =
                    all(type).stream().filter(r -> r.name().equals(uuidOrName)).toList();
            return same.size() == 1 ? Optional.of(same.get(0)) : Optional.empty();
        }

        /** Disks of a machine or snapshot (CD drives left out) as pairs of VBD and VDI, by position. */
        List<Attached> disks(Rec vm) {
            return vm.list("VBDs").stream()
                    .flatMap(ref -> find("vbd", ref).stream())
                    .filter(vbd -> vbd.text("type").equalsIgnoreCase("Disk") && !vbd.flag("empty"))
                    .flatMap(vbd -> find("vdi", vbd.text("VDI")).map(vdi -> new Attached(vbd, vdi)).stream())
                    .sorted((a, b) -> Integer.compare(a.position(), b.position()))
                    .toList();
        }
    }

    /** A disk of a machine: how it is attached, and what. */
    record Attached(Rec vbd, Rec vdi) {
        String key() {
            return vbd.text("userdevice");
        }

        int position() {
            return key().matches("\\d{1,4}") ? Integer.parseInt(key()) : Integer.MAX_VALUE;
        }
    }
}
