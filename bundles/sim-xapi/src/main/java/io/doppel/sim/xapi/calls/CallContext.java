package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;

/**
 * Who calls.
 *
 * @param session reference; null before login
 * @param host reference of the host that the call came to
 * @param task what an Async call reports to; null for a call that is waited for
 */
public record CallContext(Pool pool, String session, String host, Tasks.Task task) {
    Records records() {
        return pool.records();
    }

    /** What {@code current_operations} name as their task. */
    String taskRef() {
        return task == null ? "OpaqueRef:call-" + System.identityHashCode(this) : task.ref();
    }

    /** @throws XapiFault {@code TASK_CANCELLED} when the client no longer wants it */
    void checkCancelled() {
        if (task != null && task.cancelled()) {
            throw new XapiFault("TASK_CANCELLED", task.ref());
        }
    }

    void progress(double done) {
        if (task != null) {
            task.progress(done);
        }
    }
}
