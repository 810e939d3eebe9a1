package io.doppel.xapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is known of the methods of a pool: which can be sent again when nobody knows whether they were carried out, which answer
 * to the second call says that the first one was, and how long an answer may take.
 */
final class Repeats {
    /** For answers that come out of the pool's database. */
    private static final Duration ORDINARY = Duration.ofSeconds(20);

    private static final String ASYNC = "Async.";
    private static final String DESTROY = ".destroy";
    private static final String ADD = ".add_to_";

    /** Beside those whose names tell it. */
    private static final Set<String> SAME_TWICE = Set.of(
            "event.from",
            "SR.scan",
            "task.cancel",
            "VBD.unplug",
            "VDI.data_destroy",
            "VDI.disable_cbt",
            "VDI.enable_cbt",
            "VDI.list_changed_blocks",
            "VM.hard_shutdown");

    /** Waits for the storage while the caller waits; its answer is too large for a task. */
    private static final String SLOW = "VDI.list_changed_blocks";

    private Repeats() {}

    /** Makes a call. */
    @FunctionalInterface
    interface Caller {
        JsonNode call(String method, Object... arguments) throws DoppelException;
    }

    private static String plain(String method) {
        return method.startsWith(ASYNC) ? method.substring(ASYNC.length()) : method;
    }

    /** Whether carrying it out twice is as good as once. */
    static boolean allowed(String method) {
        String plain = plain(method);
        String name = plain.substring(plain.indexOf('.') + 1);
        return name.startsWith("get_")
                || name.startsWith("set_")
                || name.startsWith("add_to_")
                || name.startsWith("remove_from_")
                || plain.endsWith(DESTROY)
                || SAME_TWICE.contains(plain);
    }

    /**
     * Whether the failure of a call that was sent again says that the first one was carried out.
     *
     * @param caller asks the pool where the failure alone does not tell
     */
    static boolean wasDone(String method, XapiFailure second, Object[] arguments, Caller caller)
            throws DoppelException {
        if (method.endsWith(DESTROY) && !method.startsWith(ASYNC)) {
            return second.named("HANDLE_INVALID");
        }
        if (method.contains(ADD) && second.named("MAP_DUPLICATE_KEY")) {
            JsonNode map = caller.call(method.replace(ADD, ".get_"), arguments[0]);
            return map.path(String.valueOf(arguments[1])).asText().equals(String.valueOf(arguments[2]));
        }
        return false;
    }

    /**
     * How long the host may be silent.
     *
     * @param arguments with the session first
     * @param longest for methods that take their time
     */
    static Duration silence(String method, List<?> arguments, Duration longest) {
        Duration usual = ORDINARY.compareTo(longest) < 0 ? ORDINARY : longest;
        if (method.equals("event.from") && arguments.get(arguments.size() - 1) instanceof Number seconds) {
            return usual.plusMillis((long) (seconds.doubleValue() * 1000));
        }
        return SLOW.equals(method) ? longest : usual;
    }
}
