package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.PoolAccess;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.wire.XmlRpc;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The tasks of a pool: those of Async calls, those that clients make, and those of HTTP requests. */
public final class Tasks {
    private final Records records;
    private final Map<String, CountDownLatch> cancelled = new ConcurrentHashMap<>();

    Tasks(Records records) {
        this.records = records;
    }

    public String create(String label, String description, String host) {
        return records.create(
                "task",
                Map.of(
                        "name_label",
                        label,
                        "name_description",
                        description,
                        "status",
                        "pending",
                        "created",
                        Instant.now(),
                        "finished",
                        Instant.now(),
                        "type",
                        "<none/>",
                        "resident_on",
                        host,
                        "allowed_operations",
                        List.of("cancel")));
    }

    public Task task(String ref) {
        return new Task(ref);
    }

    /** Asks the worker to stop. */
    void cancel(String ref) {
        if (!pending(ref)) {
            return;
        }
        records.set("task", ref, "current_operations", Map.of(ref, "cancel"));
        stopper(ref).countDown();
    }

    private CountDownLatch stopper(String ref) {
        return cancelled.computeIfAbsent(ref, key -> new CountDownLatch(1));
    }

    private boolean pending(String ref) {
        return records.exists("task", ref)
                && records.text("task", ref, "status").equals("pending");
    }

    /** One task; a task that the client has destroyed takes reports and keeps nothing. */
    public final class Task implements PoolAccess.TaskHandle {
        private final String ref;

        private Task(String ref) {
            this.ref = ref;
        }

        @Override
        public String ref() {
            return ref;
        }

        @Override
        public void progress(double done) {
            if (pending(ref)) {
                records.set("task", ref, "progress", Math.max(0, Math.min(1, done)));
            }
        }

        @Override
        public boolean cancelled() {
            return stopper(ref).getCount() == 0;
        }

        /** Waits, until the client no longer wants the task. @throws XapiFault {@code TASK_CANCELLED} then */
        void pause(Duration time) throws InterruptedException {
            if (stopper(ref).await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new XapiFault("TASK_CANCELLED", ref);
            }
        }

        @Override
        public void success(Object result) {
            end("success", "result", result == null ? "" : XmlRpc.fragment(result));
        }

        @Override
        public void failure(XapiFault fault) {
            boolean stopped = cancelled() && fault.code().equals("TASK_CANCELLED");
            end(stopped ? "cancelled" : "failure", "error_info", fault.description());
        }

        private void end(String status, String field, Object value) {
            synchronized (Tasks.this) {
                if (!pending(ref)) {
                    return;
                }
                records.set("task", ref, field, value);
                records.set("task", ref, "progress", 1.0);
                records.set("task", ref, "finished", Instant.now());
                records.set("task", ref, "allowed_operations", List.of());
                records.set("task", ref, "current_operations", Map.of());
                // The last, so that who sees the end sees the result too.
                records.set("task", ref, "status", status);
            }
        }
    }

    static void register(Calls calls) {
        calls.add(
                "task.create",
                2,
                (context, args) -> context.pool().tasks().create(args.text(0), args.text(1), context.host()));
        calls.add("task.destroy", 1, (context, args) -> {
            context.records().destroy("task", args.text(0));
            return null;
        });
        calls.add("task.cancel", 1, (context, args) -> {
            context.records().get("task", args.text(0));
            context.pool().tasks().cancel(args.text(0));
            return null;
        });
        calls.add("task.set_status", 2, (context, args) -> {
            String status = args.text(1);
            if (!Set.of("pending", "success", "failure", "cancelling", "cancelled")
                    .contains(status)) {
                throw new XapiFault("INVALID_VALUE", "status", status);
            }
            if (!status.equals("pending")) {
                context.records().set("task", args.text(0), "finished", Instant.now());
            }
            context.records().set("task", args.text(0), "status", status);
            return null;
        });
        for (String field : List.of("progress", "result", "error_info", "resident_on")) {
            calls.setter("task", field);
        }
    }
}
