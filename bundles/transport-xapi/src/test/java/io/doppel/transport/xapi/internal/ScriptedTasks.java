package io.doppel.transport.xapi.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks of a {@link ScriptedPool}. */
final class ScriptedTasks {
    /** A task. */
    static final class Task {
        String status = "pending";
        String result = "";
        List<String> errorInfo = List.of();
        final Map<String, String> otherConfig = new LinkedHashMap<>();
        boolean cancelAsked;
        boolean destroyed;
    }

    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final List<String> made = new ArrayList<>();

    synchronized String create() {
        String ref = "OpaqueRef:task-" + made.size();
        tasks.put(ref, new Task());
        made.add(ref);
        return ref;
    }

    synchronized Task get(String ref) {
        return tasks.get(ref);
    }

    synchronized void succeed(String ref, String result) {
        Task task = tasks.get(ref);
        task.status = "success";
        task.result = result;
        notifyAll();
    }

    synchronized void fail(String ref, String... errorInfo) {
        Task task = tasks.get(ref);
        if (task.status.equals("pending")) {
            task.status = "failure";
            task.errorInfo = List.of(errorInfo);
        }
        notifyAll();
    }

    synchronized void cancel(String ref) {
        Task task = tasks.get(ref);
        task.cancelAsked = true;
        if (task.status.equals("pending")) {
            task.status = "cancelled";
        }
        notifyAll();
    }

    synchronized void destroy(String ref) {
        tasks.get(ref).destroyed = true;
    }

    synchronized void mark(String ref, String key, String value) {
        tasks.get(ref).otherConfig.put(key, value);
    }

    /** Waits a little for the task's end. */
    synchronized void await(String ref, long millis) throws InterruptedException {
        if (tasks.get(ref).status.equals("pending")) {
            wait(millis);
        }
    }

    /** Tasks that are still on the pool. */
    synchronized List<String> left() {
        return made.stream().filter(ref -> !tasks.get(ref).destroyed).toList();
    }

    synchronized Task last() {
        return tasks.get(made.get(made.size() - 1));
    }

    synchronized int count() {
        return made.size();
    }
}
