package io.doppel.sim.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.sim.xapi.server.ControlServer.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be asked of a simulator from outside: {@code fault}, {@code clear}, {@code master}, {@code end-sessions},
 * {@code lose-events}, {@code certificate}, {@code stop-host},
 * {@code hold-chains}, {@code guests}, {@code machine}, {@code stick} and {@code listing}.
 */
final class Control {
    private final SimPool pool;

    Control(SimPool pool) {
        this.pool = pool;
    }

    Map<String, Action> actions() {
        Map<String, Action> actions = new LinkedHashMap<>();
        actions.put("fault", this::fault);
        actions.put("clear", parameters -> {
            pool.faults().clear();
            return null;
        });
        actions.put("master", parameters -> {
            pool.setMaster(host(parameters));
            return null;
        });
        actions.put("end-sessions", parameters -> {
            pool.endSessions();
            return null;
        });
        actions.put("lose-events", parameters -> {
            pool.loseEvents();
            return null;
        });
        actions.put("certificate", parameters -> {
            pool.renewCertificate(host(parameters));
            return null;
        });
        actions.put("stop-host", parameters -> {
            pool.stopHost(host(parameters));
            return null;
        });
        actions.put("hold-chains", parameters -> {
            pool.holdChains(parameters.path("hold").asBoolean(true));
            return null;
        });
        actions.put("guests", this::guests);
        actions.put("machine", this::machine);
        actions.put("stick", parameters -> {
            String vdi = pool.records().find("VDI", needed(parameters, "vdi"));
            return Map.of("vbd", pool.records().text("VBD", pool.attachToControlDomain(vdi), "uuid"));
        });
        actions.put("listing", parameters -> pool.listing());
        return actions;
    }

    /** {@code {"on": "VM.snapshot", "nth": 2, "times": 1, "after": false, "do": "error", "error": ["CODE", …]}} */
    private Object fault(JsonNode parameters) {
        Faults.Rule rule = pool.faults()
                .on(needed(parameters, "on"))
                .nth(parameters.path("nth").asInt(1))
                .times(parameters.path("times").asInt(1));
        if (parameters.path("after").asBoolean()) {
            rule.afterwards();
        }
        switch (needed(parameters, "do")) {
            case "error" -> {
                List<String> description = new ArrayList<>();
                parameters.path("error").forEach(part -> description.add(part.asText()));
                if (description.isEmpty()) {
                    throw new IllegalArgumentException("error: a code and its parameters");
                }
                rule.error(
                        description.get(0),
                        description.subList(1, description.size()).toArray(String[]::new));
            }
            case "delay" ->
                rule.delay(Duration.ofMillis(parameters.path("millis").asLong()));
            case "drop" -> rule.drop();
            case "master" -> {
                String host = host(parameters);
                rule.run(() -> pool.setMaster(host));
            }
            case "end-sessions" -> rule.run(pool::endSessions);
            case "lose-events" -> rule.run(pool::loseEvents);
            default ->
                throw new IllegalArgumentException("do: error, delay, drop, master, end-sessions or lose-events");
        }
        return null;
    }

    /** {@code {"millis": 500}}: when tools report; without {@code millis} they never do. */
    private Object guests(JsonNode parameters) {
        Optional<Duration> time = parameters.has("millis")
                ? Optional.of(Duration.ofMillis(parameters.get("millis").asLong()))
                : Optional.empty();
        pool.guestsReport(record -> time);
        return null;
    }

    /** {@code {"name": "web", "disks": [1048576]}} */
    private Object machine(JsonNode parameters) {
        List<Long> sizes = new ArrayList<>();
        parameters.path("disks").forEach(size -> sizes.add(size.asLong()));
        String vm = pool.machine(
                needed(parameters, "name"),
                sizes.stream().mapToLong(Long::longValue).toArray());
        return Map.of("uuid", pool.records().text("VM", vm, "uuid"));
    }

    private String host(JsonNode parameters) {
        return pool.records().find("host", needed(parameters, "host"));
    }

    static String needed(JsonNode parameters, String name) {
        String value = parameters.path(name).asText();
        if (value.isEmpty()) {
            throw new IllegalArgumentException("missing: " + name);
        }
        return value;
    }
}
