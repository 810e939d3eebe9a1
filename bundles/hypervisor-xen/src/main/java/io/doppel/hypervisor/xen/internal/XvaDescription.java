package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.disks.XmlRpcValue;
import io.doppel.spi.export.MachineContent;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@code ova.xml} of a machine of a version: its record, its disks and cards, and the storages and networks they were in. */
final class XvaDescription {
    private final MachineContent machine;
    private final MachineConfig config;
    private final List<XmlRpcValue> objects = new ArrayList<>();
    private final Map<String, String> disks = new LinkedHashMap<>();
    private final Map<String, Shared> storages = new LinkedHashMap<>();
    private final Map<String, Shared> networks = new LinkedHashMap<>();
    private int refs;

    /**
     * What several disks or cards refer to.
     *
     * @param fields its own fields
     * @param members references of those that refer to it
     */
    private record Shared(String ref, Map<String, Object> fields, List<String> members) {}

    XvaDescription(MachineContent machine, MachineConfig config) {
        this.machine = machine;
        this.config = config;
        String vm = nextRef();
        List<String> attachments = new ArrayList<>();
        machine.disks().forEach(disk -> attachments.add(addDisk(disk, vm)));
        List<String> cards = new ArrayList<>();
        config.networks().forEach(card -> cards.add(addCard(card, vm)));
        addMachine(vm, attachments, cards);
        storages.values().forEach(s -> addShared("SR", "VDIs", s));
        networks.values().forEach(n -> addShared("network", "VIFs", n));
    }

    /** The document. */
    XmlRpcValue root() {
        Map<String, XmlRpcValue> version = new LinkedHashMap<>();
        version.put("hostname", XmlRpcValue.of("doppel"));
        version.put(
                "date",
                XmlRpcValue.of(DateTimeFormatter.ISO_LOCAL_DATE.format(
                        machine.takenAt().atOffset(ZoneOffset.UTC))));
        version.put("product_version", XmlRpcValue.of("1.0"));
        version.put("product_brand", XmlRpcValue.of("Doppel"));
        version.put("build_number", XmlRpcValue.of(""));
        // The release of the form, which pools compare with their own.
        version.put("xapi_major", XmlRpcValue.of(1));
        version.put("xapi_minor", XmlRpcValue.of(20));
        version.put("export_vsn", XmlRpcValue.of(2));
        Map<String, XmlRpcValue> root = new LinkedHashMap<>();
        root.put("version", new XmlRpcValue.Struct(version));
        root.put("objects", new XmlRpcValue.Array(objects));
        return new XmlRpcValue.Struct(root);
    }

    /** References of the disks by their keys. */
    Map<String, String> disks() {
        return disks;
    }

    private String nextRef() {
        return "Ref:" + refs++;
    }

    private void add(String type, String ref, Map<String, Object> fields) {
        objects.add(XvaRecords.object(type, ref, XvaRecords.whole(type, fields)));
    }

    private void addMachine(String ref, List<String> attachments, List<String> cards) {
        JsonNode old = config.vm();
        Map<String, Object> vm = MachineRecord.of(old);
        if (old.has("uuid")) {
            vm.put("uuid", old.path("uuid").asText());
        }
        vm.put("name_label", machine.name());
        vm.put("memory_target", vm.get("memory_dynamic_max"));
        vm.put("blocked_operations", Swap.map(old.path("blocked_operations")));
        vm.put("VBDs", attachments);
        vm.put("VIFs", cards);
        add("VM", ref, vm);
    }

    /** Returns the reference of what attaches it. */
    private String addDisk(MachineDisk disk, String vm) {
        JsonNode old = config.disk(disk.key());
        String ref = nextRef();
        String attachment = nextRef();
        String storage = old.path("disk").path("storage").asText();
        Shared shared = storages.computeIfAbsent(storage, uuid -> shared(uuid, new LinkedHashMap<>()));
        shared.members().add(ref);
        disks.put(disk.key(), ref);
        Map<String, Object> vdi = new LinkedHashMap<>();
        if (old.path("disk").has("uuid")) {
            vdi.put("uuid", old.path("disk").path("uuid").asText());
        }
        vdi.put("name_label", disk.name());
        vdi.put("name_description", old.path("disk").path("name_description").asText());
        vdi.put(
                "tags",
                old.path("disk").path("tags").isArray() ? old.path("disk").path("tags") : List.of());
        vdi.put("location", old.path("disk").path("uuid").asText());
        vdi.put("virtual_size", disk.size());
        vdi.put("SR", shared.ref());
        vdi.put("VBDs", List.of(attachment));
        add("VDI", ref, vdi);
        Map<String, Object> vbd = Swap.attachment(disk.key(), old);
        vbd.put("VM", vm);
        vbd.put("VDI", ref);
        add("VBD", attachment, vbd);
        return attachment;
    }

    private String addCard(JsonNode card, String vm) {
        String ref = nextRef();
        JsonNode old = card.path("network");
        String name = old.path("name").asText();
        Shared network = networks.computeIfAbsent(
                old.path("uuid").asText(), uuid -> shared(uuid, new LinkedHashMap<>(Map.of("name_label", name))));
        network.members().add(ref);
        Map<String, Object> vif = Cards.settings(card);
        vif.put("MAC", card.path("MAC").asText());
        vif.put("MAC_autogenerated", card.path("MAC_autogenerated").asBoolean());
        vif.put("VM", vm);
        vif.put("network", network.ref());
        add("VIF", ref, vif);
        return ref;
    }

    private Shared shared(String uuid, Map<String, Object> fields) {
        if (!uuid.isEmpty()) {
            fields.put("uuid", uuid);
        }
        return new Shared(nextRef(), fields, new ArrayList<>());
    }

    private void addShared(String type, String members, Shared shared) {
        shared.fields().put(members, shared.members());
        add(type, shared.ref(), shared.fields());
    }
}
