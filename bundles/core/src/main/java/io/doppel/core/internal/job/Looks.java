package io.doppel.core.internal.job;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Regular looks at what may hang, each on a thread of its own: nothing that hangs keeps the others from being looked at, and it is left alone
 * until the last look at it has come back. Safe for several threads.
 */
public final class Looks implements AutoCloseable {
    private final Set<String> going = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;

    /** @param threads name of the threads */
    public Looks(String threads) {
        this.threads = Executors.newCachedThreadPool(Threads.named(threads));
    }

    /** Looks at something, unless somebody still does. Comes back at once. */
    public void at(String name, Runnable look) {
        if (going.add(name)) {
            threads.execute(() -> {
                try {
                    look.run();
                } finally {
                    going.remove(name);
                }
            });
        }
    }

    /** Begins no more; what goes on ends by itself. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
