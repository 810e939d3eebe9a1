package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Who is logged in. A session that is not used for some time ends. */
public final class Sessions {
    private final Records records;
    private final String user;
    private final byte[] password;
    private final Duration idle;
    private final Map<String, Long> lastUse = new ConcurrentHashMap<>();

    Sessions(Records records, String user, String password, Duration idle) {
        this.records = records;
        this.user = user;
        this.password = password.getBytes(StandardCharsets.UTF_8);
        this.idle = idle;
    }

    /** @throws XapiFault {@code SESSION_AUTHENTICATION_FAILED} */
    String login(String name, String secret, String originator, String host) {
        boolean right = MessageDigest.isEqual(password, secret.getBytes(StandardCharsets.UTF_8));
        if (!name.equals(user) || !right) {
            throw new XapiFault("SESSION_AUTHENTICATION_FAILED", name, "Authentication failure");
        }
        return open(originator, host);
    }

    /** A session without a password: for the simulator's own use. */
    String open(String originator, String host) {
        String ref = records.create(
                "session",
                Map.of(
                        "this_host",
                        host,
                        "auth_user_name",
                        user,
                        "originator",
                        originator,
                        "is_local_superuser",
                        true,
                        "last_active",
                        Instant.now(),
                        "validation_time",
                        Instant.now()));
        lastUse.put(ref, System.nanoTime());
        return ref;
    }

    /** Notes that a session is in use. @throws XapiFault {@code SESSION_INVALID} */
    void use(String ref) {
        Long last = ref == null ? null : lastUse.get(ref);
        if (last != null && System.nanoTime() - last > idle.toNanos()) {
            close(ref);
            last = null;
        }
        // Replacing only what is there: a logout at this moment stays one.
        if (last == null || lastUse.replace(ref, System.nanoTime()) == null) {
            throw new XapiFault("SESSION_INVALID", String.valueOf(ref));
        }
    }

    void close(String ref) {
        if (lastUse.remove(ref) != null) {
            records.destroy("session", ref);
        }
    }

    /** Ends all sessions, as a restart of the toolstack does. */
    void closeAll() {
        lastUse.keySet().forEach(this::close);
    }

    int count() {
        return lastUse.size();
    }

    static void register(Calls calls) {
        calls.add("session.logout", 0, (context, args) -> {
            context.pool().logout(context.session());
            return null;
        });
        calls.add("session.logout_subject_identifier", 1, (context, args) -> null);
        calls.add("session.get_all_subject_identifiers", 0, (context, args) -> java.util.List.of());
        calls.add("session.get_record", 1, (context, args) -> context.records().get("session", args.text(0)));
        for (String field : io.doppel.sim.xapi.db.Schema.fields("session").keySet()) {
            calls.add(
                    "session.get_" + field,
                    1,
                    (context, args) -> context.records().get("session", args.text(0), field));
        }
    }
}
