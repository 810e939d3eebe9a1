package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.Database;
import io.doppel.sim.xapi.db.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;

/** {@code event.from} and {@code event.inject}. The older {@code event.next} is not there. */
final class EventCalls {
    /** How long one wait lasts before the session is looked at again. */
    private static final Duration STEP = Duration.ofMillis(500);

    private EventCalls() {}

    static void register(Calls calls) {
        calls.add("event.from", 3, (context, args) -> from(context, args.texts(0), args.text(1), args.real(2)));
        calls.add(
                "event.get_current_id",
                0,
                (context, args) -> context.pool().database().generation());
        calls.add("event.inject", 2, (context, args) -> {
            String type = Schema.classes().stream()
                    .filter(name -> name.equalsIgnoreCase(args.text(0)))
                    .findFirst()
                    .orElseThrow(() -> new XapiFault("HANDLE_INVALID", args.text(0), args.text(1)));
            return token(context.pool().database().touch(type, args.text(1)));
        });
    }

    private static Map<String, Object> from(CallContext context, List<String> classes, String token, double seconds)
            throws InterruptedException {
        BiPredicate<String, String> wanted = subscription(classes);
        Database database = context.pool().database();
        long deadline = System.nanoTime() + (long) (seconds * 1e9);
        long since = generation(token);
        while (true) {
            Database.Changes changes = database.since(since, wanted);
            long left = deadline - System.nanoTime();
            if (!changes.list().isEmpty() || left <= 0) {
                return answer(changes);
            }
            database.await(changes.generation(), Duration.ofNanos(Math.min(left, STEP.toNanos())));
            context.pool().sessions().use(context.session());
            context.pool().requireMaster(context.host());
        }
    }

    private static Map<String, Object> answer(Database.Changes changes) {
        List<Object> events = new ArrayList<>();
        for (Database.Change change : changes.list()) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("id", Long.toString(change.generation()));
            event.put("timestamp", "0.0");
            event.put("class", change.type().toLowerCase(Locale.ROOT));
            event.put("operation", change.operation());
            event.put("ref", change.ref());
            if (change.snapshot() != null) {
                event.put("snapshot", change.snapshot());
            }
            events.add(event);
        }
        Map<String, Object> counts = new LinkedHashMap<>();
        changes.counts().forEach((type, count) -> counts.put(type.toLowerCase(Locale.ROOT), count));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("events", events);
        answer.put("valid_ref_counts", counts);
        answer.put("token", token(changes.generation()));
        return answer;
    }

    private static String token(long generation) {
        return String.format("%020d,%020d", generation, 0);
    }

    private static long generation(String token) {
        if (token.isEmpty()) {
            return 0;
        }
        try {
            String[] parts = token.split(",", -1);
            if (parts.length == 2) {
                Long.parseLong(parts[1]);
                return Long.parseLong(parts[0]);
            }
        } catch (NumberFormatException e) {
            throw unreadable(token);
        }
        throw unreadable(token);
    }

    private static XapiFault unreadable(String token) {
        return new XapiFault("EVENT_FROM_TOKEN_PARSE_FAILURE", token);
    }

    private static BiPredicate<String, String> subscription(List<String> classes) {
        BiPredicate<String, String> none = (type, ref) -> false;
        BiPredicate<String, String> any = none;
        for (String name : classes) {
            String[] parts = name.split("/", 2);
            any = any.or((type, ref) -> (parts[0].equals("*") || type.equalsIgnoreCase(parts[0]))
                    && (parts.length == 1 || ref.equals(parts[1])));
        }
        // Sessions are nobody else's business.
        return any.and((type, ref) -> !type.equals("session"));
    }
}
