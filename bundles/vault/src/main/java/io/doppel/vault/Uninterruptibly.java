package io.doppel.vault;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Waits that an interrupt does not end, because what they wait for still uses what their caller is about to close. The interrupt is
 * set again at the end.
 */
public final class Uninterruptibly {
    private Uninterruptibly() {}

    /**
     * Waits until all threads have ended.
     *
     * @param interrupted is told of every interrupt, so that it can make the threads end; called in the waiting thread
     */
    public static void join(List<Thread> threads, Consumer<InterruptedException> interrupted) {
        boolean again = false;
        for (Thread t : threads) {
            while (t.isAlive()) {
                try {
                    t.join();
                } catch (InterruptedException e) {
                    again = true;
                    interrupted.accept(e);
                }
            }
        }
        if (again) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until {@code done}, which is asked again whenever {@code monitor}, whose lock the caller holds, is notified. */
    public static void await(Object monitor, BooleanSupplier done) {
        boolean again = false;
        while (!done.getAsBoolean()) {
            try {
                monitor.wait();
            } catch (InterruptedException e) {
                again = true;
            }
        }
        if (again) {
            Thread.currentThread().interrupt();
        }
    }
}
