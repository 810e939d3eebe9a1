package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What runs in the machines: some time after its start a machine's tools report. How long it takes, and whether they ever do, is
 * for tests to say.
 */
public final class Guests {
    private final Records records;
    private final ScheduledExecutorService timer;
    private final Executor workers;
    private volatile Function<Map<String, Object>, Optional<Duration>> boot = record -> Optional.of(Duration.ZERO);

    Guests(Records records, ScheduledExecutorService timer, Executor workers) {
        this.records = records;
        this.timer = timer;
        this.workers = workers;
    }

    /** @param rule for a machine's record gives the time to its tools' report, or nothing when they never report */
    public void bootTime(Function<Map<String, Object>, Optional<Duration>> rule) {
        boot = rule;
    }

    void started(String vm) {
        boot.apply(records.get("VM", vm))
                .ifPresent(time ->
                        timer.schedule(() -> workers.execute(() -> report(vm)), time.toNanos(), TimeUnit.NANOSECONDS));
    }

    void stopped(String vm) {
        String metrics = records.text("VM", vm, "guest_metrics");
        records.set("VM", vm, "guest_metrics", FieldType.NULL);
        if (records.exists("VM_guest_metrics", metrics)) {
            records.destroy("VM_guest_metrics", metrics);
        }
    }

    private void report(String vm) {
        try {
            if (!records.text("VM", vm, "power_state").equals("Running")
                    || records.exists("VM_guest_metrics", records.text("VM", vm, "guest_metrics"))) {
                return;
            }
            records.set("VM", vm, "guest_metrics", records.create("VM_guest_metrics", metrics(vm)));
        } catch (XapiFault e) {
            // The machine was destroyed in the meantime.
            if (!e.code().equals("HANDLE_INVALID")) {
                throw e;
            }
        }
    }

    private Map<String, Object> metrics(String vm) {
        int number = records.all("VM").indexOf(vm) % 250;
        boolean wired = !records.refs("VM", vm, "VIFs").isEmpty();
        return Map.of(
                "os_version",
                Map.of("name", "Debian GNU/Linux 12", "distro", "debian", "major", "12", "uname", "6.1"),
                "PV_drivers_version",
                Map.of("major", "8", "minor", "4", "micro", "0", "build", "1"),
                "PV_drivers_up_to_date",
                true,
                "PV_drivers_detected",
                true,
                "networks",
                wired ? Map.of("0/ip", "192.0.2." + number, "0/ipv4/0", "192.0.2." + number) : Map.of(),
                "other",
                Map.of("feature-balloon", "1", "feature-shutdown", "1", "platform-feature-xs_reset_watch", "1"),
                "live",
                true,
                "last_updated",
                Instant.now());
    }

    /** The report of a machine that has it already, copied for its snapshot. */
    String copy(String metrics) {
        if (!records.exists("VM_guest_metrics", metrics)) {
            return FieldType.NULL;
        }
        Map<String, Object> copy = new java.util.LinkedHashMap<>(records.get("VM_guest_metrics", metrics));
        copy.remove("uuid");
        return records.create("VM_guest_metrics", copy);
    }
}
