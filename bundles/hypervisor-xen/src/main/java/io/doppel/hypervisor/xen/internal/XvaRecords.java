package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.disks.XmlRpcValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Whole records as a pool wants to find them in an XVA: it refuses those in which a field is missing that its release knows. */
final class XvaRecords {
    private static final JsonNode DEFAULTS = defaults();
    private static final String DATES = "_time";

    private XvaRecords() {}

    private static JsonNode defaults() {
        try (InputStream in = XvaRecords.class.getResourceAsStream("xva-records.json")) {
            return Texts.JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A record with a new uuid unless the fields have one.
     *
     * @param type its class
     * @param fields texts, numbers, booleans, and maps and lists of texts, some of them as JSON
     */
    static XmlRpcValue whole(String type, Map<String, Object> fields) {
        Map<String, XmlRpcValue> members = new LinkedHashMap<>();
        members.put("uuid", XmlRpcValue.of(UUID.randomUUID().toString()));
        DEFAULTS.path(type).fields().forEachRemaining(e -> members.put(e.getKey(), field(e.getKey(), e.getValue())));
        fields.forEach((name, value) -> members.put(name, field(name, Texts.JSON.valueToTree(value))));
        return new XmlRpcValue.Struct(members);
    }

    /** An object of {@code ova.xml}: a record with its class and with the reference by which other records name it. */
    static XmlRpcValue.Struct object(String type, String ref, XmlRpcValue record) {
        Map<String, XmlRpcValue> object = new LinkedHashMap<>();
        object.put("class", XmlRpcValue.of(type));
        object.put("id", XmlRpcValue.of(ref));
        object.put("snapshot", record);
        return new XmlRpcValue.Struct(object);
    }

    private static XmlRpcValue field(String name, JsonNode value) {
        return name.endsWith(DATES) ? XmlRpcValue.ofDate(value.asText()) : value(value);
    }

    private static XmlRpcValue value(JsonNode value) {
        if (value.isObject()) {
            Map<String, XmlRpcValue> members = new LinkedHashMap<>();
            value.fields().forEachRemaining(e -> members.put(e.getKey(), value(e.getValue())));
            return new XmlRpcValue.Struct(members);
        }
        if (value.isArray()) {
            List<XmlRpcValue> values = new ArrayList<>();
            value.forEach(v -> values.add(value(v)));
            return new XmlRpcValue.Array(values);
        }
        if (value.isBoolean()) {
            return XmlRpcValue.of(value.asBoolean());
        }
        if (value.isIntegralNumber()) {
            return XmlRpcValue.of(value.asLong());
        }
        return value.isNumber() ? XmlRpcValue.of(value.asDouble()) : XmlRpcValue.of(value.asText());
    }
}
