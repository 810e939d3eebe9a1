package io.doppel.offsite.internal.alert;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.internal.Records;
import io.doppel.spi.storage.Storage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Alerts until an admin clears them: one of a kind for each client, in the log as a warning when it is new. Safe for several
 * threads.
 */
public final class Alerts {
    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    private static final String FOLDER = "alerts";

    private final Storage storage;
    private final LongSupplier day;
    private final Map<Long, Alert> open = new TreeMap<>();

    /** Reads what is open. */
    public Alerts(Storage storage, LongSupplier day) throws DoppelException {
        this.storage = storage;
        this.day = day;
        List<String> names = new ArrayList<>();
        storage.list(FOLDER, info -> names.add(info.name()));
        for (String name : names) {
            Map<String, String> kept = Records.read(storage, name);
            long number = Long.parseLong(name.substring(FOLDER.length() + 1), 16);
            Instant first = Instant.parse(kept.get("first"));
            open.put(
                    number,
                    new Alert(
                            number,
                            AlertKind.valueOf(kept.get("kind")),
                            kept.get("client"),
                            kept.get("text"),
                            first,
                            first,
                            1));
        }
    }

    /** Something happened. */
    public synchronized void raise(AlertKind kind, String client, String text) {
        Instant now = Instant.ofEpochMilli(day.getAsLong());
        for (Alert alert : open.values()) {
            if (alert.kind() == kind && alert.client().equals(client)) {
                open.put(
                        alert.number(),
                        new Alert(alert.number(), kind, client, text, alert.first(), now, alert.count() + 1));
                return;
            }
        }
        long number =
                1 + open.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        open.put(number, new Alert(number, kind, client, text, now, now, 1));
        LOG.warn("ALERT {} {}: {}", kind, client.isEmpty() ? "(module)" : "client '" + client + "'", text);
        Map<String, String> kept = new LinkedHashMap<>();
        kept.put("kind", kind.name());
        kept.put("client", client);
        kept.put("text", text);
        kept.put("first", now.toString());
        try {
            Records.put(storage, name(number), kept);
        } catch (DoppelException e) {
            LOG.warn("Alert {} is not kept over a restart: {}", number, e.getMessage());
        }
    }

    /** What is open, the oldest first. */
    public synchronized List<Alert> list() {
        return List.copyOf(open.values());
    }

    /** Clears one; it comes again if it happens again. Whether it was there. */
    public synchronized boolean clear(long number) throws DoppelException {
        storage.delete(name(number));
        return open.remove(number) != null;
    }

    private static String name(long number) {
        return FOLDER + "/" + String.format("%016x", number);
    }
}
