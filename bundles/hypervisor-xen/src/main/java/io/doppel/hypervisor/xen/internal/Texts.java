package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Optional;

/** Small helps with texts. */
final class Texts {
    static final ObjectMapper JSON = new ObjectMapper();

    private Texts() {}

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("A value that is no JSON", e);
        }
    }

    /** A JSON object; empty if the text is none. */
    static Optional<JsonNode> object(String text) {
        return parse(text).filter(JsonNode::isObject);
    }

    /** A JSON array; an empty one if the text is none. */
    static JsonNode array(String text) {
        return parse(text).filter(JsonNode::isArray).orElseGet(JSON::createArrayNode);
    }

    private static Optional<JsonNode> parse(String text) {
        try {
            return Optional.of(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
