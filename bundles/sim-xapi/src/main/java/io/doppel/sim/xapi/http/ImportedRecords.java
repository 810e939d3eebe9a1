package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.http.XvaArchive.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the records of an imported machine, and can take all of them back. */
final class ImportedRecords {
    private static final Logger LOG = LoggerFactory.getLogger(ImportedRecords.class);
    private static final String NULL = "OpaqueRef:NULL";

    private final Exchange exchange;
    private final Records records;
    private final XvaArchive archive;
    private final boolean restore;
    private final String repository;
    /** From references within the archive to those of the pool. */
    private final Map<String, String> made = new HashMap<>();

    private final Map<String, String> disks = new TreeMap<>();
    private final List<String> machines = new ArrayList<>();
    private final Deque<Runnable> undo = new ArrayDeque<>();

    /** @param restore whether machines keep their uuid and their network cards the MAC addresses */
    ImportedRecords(Exchange exchange, XvaArchive archive, boolean restore, String repository) {
        this.exchange = exchange;
        this.records = exchange.records();
        this.archive = archive;
        this.restore = restore;
        this.repository = repository;
    }

    void make() {
        List<String> inDrives = archive.parts("VBD").stream()
                .filter(vbd -> vbd.text("type").equals("CD"))
                .map(vbd -> vbd.text("VDI"))
                .toList();
        List<String> libraries = archive.parts("SR").stream()
                .filter(sr -> sr.text("content_type").equals("iso"))
                .map(Part::id)
                .toList();
        for (Part vdi : archive.parts("VDI")) {
            if (!inDrives.contains(vdi.id()) && !libraries.contains(vdi.text("SR"))) {
                makeDisk(vdi);
            } else {
                findImage(vdi).ifPresent(ref -> made.put(vdi.id(), ref));
            }
        }
        archive.parts("VM").forEach(this::makeMachine);
        archive.parts("network").forEach(this::makeNetwork);
        archive.parts("VBD").forEach(this::makeVbd);
        archive.parts("VIF").forEach(this::makeVif);
        archive.parts("VTPM").forEach(vtpm -> {
            if (made.containsKey(vtpm.text("VM"))) {
                exchange.call("VTPM.create", made.get(vtpm.text("VM")), vtpm.flag("is_unique"));
            }
        });
        archive.parts("VM").forEach(this::suspend);
    }

    /** Gives a machine that was exported with its memory that memory back. */
    private void suspend(Part vm) {
        if (vm.text("power_state").equals("Suspended") && made.containsKey(vm.text("suspend_VDI"))) {
            records.set("VM", made.get(vm.id()), "suspend_VDI", made.get(vm.text("suspend_VDI")));
            records.set("VM", made.get(vm.id()), "power_state", "Suspended");
        }
    }

    /** The new VDIs by their name in the archive, in the order in which their content follows. */
    Map<String, String> disks() {
        return disks;
    }

    List<String> machines() {
        return machines;
    }

    /** Removes what was made; failures of single steps do not stop the others. */
    void undo() {
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (XapiFault e) {
                LOG.warn("import clean-up: {}", e.getMessage());
            }
        }
    }

    private void makeDisk(Part vdi) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String field : List.of(
                "name_label",
                "name_description",
                "virtual_size",
                "type",
                "sharable",
                "read_only",
                "other_config",
                "xenstore_data",
                "tags")) {
            if (vdi.fields().containsKey(field)) {
                fields.put(field, vdi.fields().get(field));
            }
        }
        fields.put("SR", repository);
        String ref = (String) exchange.call("VDI.create", fields);
        undo.push(() -> exchange.call("VDI.destroy", ref));
        made.put(vdi.id(), ref);
        disks.put(vdi.id(), ref);
    }

    private Optional<String> findImage(Part vdi) {
        return records.all("VDI").stream()
                .filter(ref -> records.text("VDI", ref, "location").equals(vdi.text("location")))
                .findFirst();
    }

    private void makeMachine(Part vm) {
        if (restore) {
            replace(vm.text("uuid"));
        }
        Map<String, Object> fields = new LinkedHashMap<>(vm.fields());
        fields.put("affinity", NULL);
        fields.put("suspend_VDI", NULL);
        fields.put("power_state", "Halted");
        if (!restore) {
            fields.remove("uuid");
            Map<String, Object> config = new LinkedHashMap<>(map(fields.get("other_config")));
            config.put("mac_seed", UUID.randomUUID().toString());
            fields.put("other_config", config);
        }
        String ref = (String) exchange.call("VM.create", fields);
        undo.push(() -> {
            records.set("VM", ref, "power_state", "Halted");
            exchange.call("VM.destroy", ref);
        });
        if (restore) {
            records.set("VM", ref, "uuid", vm.text("uuid"));
        }
        made.put(vm.id(), ref);
        machines.add(ref);
    }

    /** A machine with the restored one's uuid goes, when it is halted; its disks stay. */
    private void replace(String uuid) {
        for (String vm : records.all("VM")) {
            if (records.text("VM", vm, "uuid").equals(uuid)) {
                String state = records.text("VM", vm, "power_state");
                if (!state.equals("Halted")) {
                    throw new XapiFault("VM_BAD_POWER_STATE", vm, "halted", state.toLowerCase(Locale.ROOT));
                }
                exchange.call("VM.destroy", vm);
            }
        }
    }

    private void makeNetwork(Part network) {
        String found = Optional.<String>empty()
                .or(() -> findNetwork("name_label", network))
                .or(() -> findNetwork("bridge", network))
                .orElseGet(() -> {
                    String ref = (String) exchange.call(
                            "network.create",
                            Map.of("name_label", network.text("name_label"), "other_config", Map.of()));
                    undo.push(() -> exchange.call("network.destroy", ref));
                    return ref;
                });
        made.put(network.id(), found);
    }

    private Optional<String> findNetwork(String field, Part network) {
        return records.all("network").stream()
                .filter(ref -> records.text("network", ref, field).equals(network.text(field)))
                .findFirst();
    }

    private void makeVbd(Part vbd) {
        String vdi = made.getOrDefault(vbd.text("VDI"), NULL);
        boolean drive = vbd.text("type").equals("CD");
        if (!made.containsKey(vbd.text("VM")) || !drive && vdi.equals(NULL)) {
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>(vbd.fields());
        fields.put("VM", made.get(vbd.text("VM")));
        fields.put("VDI", vdi);
        fields.put("empty", vdi.equals(NULL));
        exchange.call("VBD.create", fields);
    }

    private void makeVif(Part vif) {
        if (!made.containsKey(vif.text("VM")) || !made.containsKey(vif.text("network"))) {
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>(vif.fields());
        fields.put("VM", made.get(vif.text("VM")));
        fields.put("network", made.get(vif.text("network")));
        if (!restore) {
            fields.put("MAC", "");
        }
        exchange.call("VIF.create", fields);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }
}
