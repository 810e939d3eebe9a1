package io.doppel.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What changes on a pool. The first batch holds every object of the classes; when the pool lost events, or the session had
 * to be renewed with another master, the next batch does so again. Used by one thread at a time.
 */
public final class XapiEvents {
    private final XapiSession session;
    private final List<String> classes;
    private String token = "";
    private XapiAddress master;

    /**
     * @param classes names of classes in lower case, for example {@code vm}
     */
    public XapiEvents(XapiSession session, List<String> classes) {
        this.session = session;
        this.classes = List.copyOf(classes);
    }

    /**
     * A change of one object.
     *
     * @param type its class, in lower case
     * @param ref its reference
     * @param deleted whether it is gone
     * @param record its fields now; missing when deleted
     */
    public record Event(String type, String ref, boolean deleted, JsonNode record) {}

    /**
     * Changes in order.
     *
     * @param whole whether the batch holds everything there is: what was known before is void
     * @param events the changes
     * @param counts how many objects of each class, in lower case, there are now; the pool remembers a limited number of
     *     deletions, and a count that does not fit tells that some were lost
     */
    public record Batch(boolean whole, List<Event> events, Map<String, Integer> counts) {}

    /** Makes the next batch hold everything. */
    public void restart() {
        token = "";
    }

    /**
     * Waits for changes.
     *
     * @param longest how long to wait if nothing changes; zero returns at once
     */
    public Batch next(Duration longest) throws DoppelException {
        boolean whole = token.isEmpty() || !session.master().equals(master);
        try {
            Batch batch = read(whole, longest);
            // A call that was sent again to a new master carried a token that the new one never gave.
            return whole || session.master().equals(master) ? batch : read(true, longest);
        } catch (XapiFailure e) {
            if (!e.named("EVENTS_LOST")) {
                throw e;
            }
            return read(true, longest);
        }
    }

    private Batch read(boolean whole, Duration longest) throws DoppelException {
        String from = whole ? "" : token;
        token = "";
        JsonNode answer = session.call("event.from", classes, from, longest.toMillis() / 1000.0);
        List<Event> events = new ArrayList<>();
        for (JsonNode event : answer.path("events")) {
            events.add(new Event(
                    event.path("class").asText().toLowerCase(Locale.ROOT),
                    event.path("ref").asText(),
                    event.path("operation").asText().equals("del"),
                    event.path("snapshot")));
        }
        token = answer.path("token").asText();
        if (whole) {
            master = session.master();
        }
        Map<String, Integer> counts = new HashMap<>();
        answer.path("valid_ref_counts")
                .fields()
                .forEachRemaining(e -> counts.put(
                        e.getKey().toLowerCase(Locale.ROOT), e.getValue().asInt()));
        return new Batch(whole, events, counts);
    }
}
