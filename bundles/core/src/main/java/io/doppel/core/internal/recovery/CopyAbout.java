package io.doppel.core.internal.recovery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a copy says of itself.
 *
 * @param version of the copy's form
 * @param schema of the catalogue in it
 * @param counts how many there are, by kind
 */
record CopyAbout(int version, int schema, Map<String, Long> counts) {
    private static final String VERSION = "version";
    private static final String SCHEMA = "schema";
    private static final String COUNTS = "counts";

    String text() {
        ObjectNode json = CopyFormat.JSON.createObjectNode();
        json.put(VERSION, version).put(SCHEMA, schema);
        ObjectNode all = json.putObject(COUNTS);
        counts.forEach(all::put);
        try {
            return CopyFormat.JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Empty if the text is not what a server says. */
    static Optional<CopyAbout> of(String text) {
        try {
            JsonNode json = CopyFormat.JSON.readTree(text);
            if (!json.path(VERSION).isInt() || !json.path(SCHEMA).isInt()) {
                return Optional.empty();
            }
            Map<String, Long> counts = new LinkedHashMap<>();
            json.path(COUNTS)
                    .fields()
                    .forEachRemaining(e -> counts.put(e.getKey(), e.getValue().asLong()));
            return Optional.of(new CopyAbout(
                    json.path(VERSION).intValue(), json.path(SCHEMA).intValue(), counts));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
