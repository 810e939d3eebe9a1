package io.doppel.sim.xapi.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON-RPC 1.0 and 2.0 as the server speaks them. */
final class JsonRpc {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonRpc() {}

    static WireCall readCall(InputStream body) throws IOException {
        JsonNode call = MAPPER.readTree(body);
        if (!call.path("method").isTextual() || !call.path("params").isArray() || !call.hasNonNull("id")) {
            throw new IOException("Malformed_method_request");
        }
        List<Object> parameters = new ArrayList<>();
        call.get("params").forEach(parameter -> parameters.add(value(parameter)));
        return new WireCall(
                call.get("method").textValue(),
                parameters,
                call.get("id"),
                call.path("jsonrpc").asText("1.0"));
    }

    static String success(WireCall call, Object result) {
        ObjectNode reply = reply(call);
        if (call.version().equals("2.0")) {
            return text(reply.set("result", node(result)));
        }
        reply.putNull("error");
        return text(reply.set("result", node(result)));
    }

    static String failure(WireCall call, XapiFault fault) {
        ObjectNode reply = reply(call);
        if (call.version().equals("2.0")) {
            reply.putObject("error").put("code", 1).put("message", fault.code()).set("data", node(fault.parameters()));
        } else {
            reply.putNull("result");
            reply.set("error", node(fault.description()));
        }
        return text(reply);
    }

    private static ObjectNode reply(WireCall call) {
        ObjectNode reply = NODES.objectNode();
        if (call.version().equals("2.0")) {
            reply.put("jsonrpc", "2.0");
        }
        return reply.set("id", call.id());
    }

    private static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(element -> list.add(value(element)));
            return list;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber()) {
            return node.longValue();
        }
        return node.isNumber() ? (Object) node.doubleValue() : node.asText("");
    }

    private static JsonNode node(Object value) {
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = NODES.objectNode();
            map.forEach((key, element) -> object.set((String) key, node(element)));
            return object;
        }
        if (value instanceof List<?> list) {
            var array = NODES.arrayNode();
            list.forEach(element -> array.add(node(element)));
            return array;
        }
        if (value instanceof Boolean flag) {
            return NODES.booleanNode(flag);
        }
        if (value instanceof Long number) {
            return NODES.numberNode(number);
        }
        if (value instanceof Double number) {
            return NODES.numberNode(number);
        }
        if (value instanceof Instant date) {
            return NODES.textNode(FieldType.text(date));
        }
        return NODES.textNode(value == null ? "" : value.toString());
    }
}
