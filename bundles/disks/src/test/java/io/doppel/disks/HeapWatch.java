package io.doppel.disks;

import java.lang.ref.WeakReference;
import java.util.function.LongConsumer;

/** Looks from time to time, while something works, how much of the heap it keeps. */
final class HeapWatch implements LongConsumer {
    private static final long STEP = 64 << 20;

    private final long before = used();
    private long next = STEP;
    private long most;

    @Override
    public void accept(long done) {
        if (done >= next) {
            next = done + STEP;
            most = Math.max(most, used() - before);
        }
    }

    /** Most bytes in use beyond those at the start. */
    long most() {
        return most;
    }

    private static long used() {
        // Collected for sure once an object that nobody holds is gone.
        WeakReference<Object> gone = new WeakReference<>(new Object());
        while (gone.get() != null) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
