package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A record of the pool as it was when it was read.
 *
 * @param ref its reference
 * @param fields its fields
 */
record Rec(String ref, JsonNode fields) {
    static final String NULL = "OpaqueRef:NULL";

    String text(String field) {
        return fields.path(field).asText();
    }

    String uuid() {
        return text("uuid");
    }

    String name() {
        return text("name_label");
    }

    boolean flag(String field) {
        return fields.path(field).asBoolean();
    }

    long number(String field) {
        return fields.path(field).asLong();
    }

    /** Texts of a set. */
    List<String> list(String field) {
        List<String> texts = new ArrayList<>();
        fields.path(field).forEach(t -> texts.add(t.asText()));
        return texts;
    }

    /** A map of texts. */
    Map<String, String> map(String field) {
        Map<String, String> texts = new LinkedHashMap<>();
        fields.path(field)
                .fields()
                .forEachRemaining(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }
}
