package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.disks.XmlRpcValue;
import io.doppel.disks.XvaManifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The description of a machine that comes in as XVA, changed so that the pool makes a machine that is marked as half made and
 * cannot be started, and no cards: an import would give them new addresses and make networks that the pool does not have.
 */
final class XvaArrival {
    private final XvaManifest manifest;
    private final XvaManifest.Item machine;

    /** @throws DoppelException if it does not hold just one machine */
    XvaArrival(XvaManifest manifest) throws DoppelException {
        List<XvaManifest.Item> machines = manifest.items("VM");
        if (machines.size() != 1) {
            throw new DoppelException(
                    CommonError.UNSUPPORTED, "The stream holds " + machines.size() + " machines, not one");
        }
        this.manifest = manifest;
        this.machine = machines.get(0);
    }

    /** The operations that the machine was blocked for. */
    Map<String, String> blocked() {
        return texts(machine.record().struct("blocked_operations"));
    }

    /** The machine's cards, as a version has them. */
    List<JsonNode> cards() {
        List<JsonNode> cards = new ArrayList<>();
        for (XvaManifest.Item vif : manifest.items("VIF")) {
            ObjectNode card = (ObjectNode) json(vif.record());
            Optional<XmlRpcValue.Struct> network = manifest.items("network").stream()
                    .filter(n -> n.ref().equals(card.path("network").asText()))
                    .map(XvaManifest.Item::record)
                    .findFirst();
            ObjectNode told = card.putObject("network");
            told.put("uuid", network.flatMap(n -> n.text("uuid")).orElse(""));
            told.put("name", network.flatMap(n -> n.text("name_label")).orElse(""));
            cards.add(card);
        }
        return cards;
    }

    /**
     * The description to import.
     *
     * @param name of the machine while it is half made
     * @param marks of it and of its disks
     */
    XmlRpcValue changed(String name, Map<String, String> marks) {
        List<XmlRpcValue> objects = new ArrayList<>();
        for (XvaManifest.Item item : manifest.items()) {
            switch (item.type()) {
                case "VIF", "network" -> {}
                case "VM" -> objects.add(XvaRecords.object(item.type(), item.ref(), machine(name, marks)));
                case "VDI" -> objects.add(XvaRecords.object(item.type(), item.ref(), marked(item.record(), marks)));
                default -> objects.add(XvaRecords.object(item.type(), item.ref(), item.record()));
            }
        }
        return manifest.root().with("objects", new XmlRpcValue.Array(objects));
    }

    private XmlRpcValue.Struct machine(String name, Map<String, String> marks) {
        Map<String, String> blocked = new LinkedHashMap<>();
        Swap.STARTS.forEach(start -> blocked.put(start, "Doppel is copying it"));
        return marked(machine.record(), marks)
                .with("name_label", XmlRpcValue.of(name))
                .with("is_a_template", XmlRpcValue.of(false))
                .with("blocked_operations", XmlRpcValue.ofTexts(blocked))
                .with("VIFs", XmlRpcValue.ofTexts(List.of()));
    }

    private static XmlRpcValue.Struct marked(XmlRpcValue.Struct record, Map<String, String> marks) {
        Map<String, String> config = Marks.replaced(texts(record.struct("other_config")), marks);
        return record.with("other_config", XmlRpcValue.ofTexts(config));
    }

    private static Map<String, String> texts(XmlRpcValue.Struct struct) {
        Map<String, String> texts = new LinkedHashMap<>();
        struct.members().keySet().forEach(name -> struct.text(name).ifPresent(text -> texts.put(name, text)));
        return texts;
    }

    private static JsonNode json(XmlRpcValue value) {
        if (value instanceof XmlRpcValue.Struct struct) {
            ObjectNode object = Texts.JSON.createObjectNode();
            struct.members().forEach((name, member) -> object.set(name, json(member)));
            return object;
        }
        if (value instanceof XmlRpcValue.Array array) {
            ArrayNode values = Texts.JSON.createArrayNode();
            array.values().forEach(v -> values.add(json(v)));
            return values;
        }
        XmlRpcValue.Scalar scalar = (XmlRpcValue.Scalar) value;
        return scalar.type().equals("boolean")
                ? BooleanNode.valueOf(scalar.text().strip().equals("1"))
                : TextNode.valueOf(scalar.text());
    }
}
