package io.doppel.core.internal.job;

import io.doppel.api.job.JobEvent;
import io.doppel.api.job.JobService.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of events, in order, on one thread of its own. */
final class EventBus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

    private final List<Consumer<JobEvent>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(Threads.named("doppel-events"));

    Subscription subscribe(Consumer<JobEvent> listener) {
        Consumer<JobEvent> own = listener::accept;
        listeners.add(own);
        return () -> listeners.remove(own);
    }

    void publish(JobEvent event) {
        if (!listeners.isEmpty()) {
            thread.execute(() -> listeners.forEach(listener -> tell(listener, event)));
        }
    }

    private static void tell(Consumer<JobEvent> listener, JobEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("A listener to job events failed", e);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
