package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads many objects of which a few may lie on bad sectors. What the storage cannot read is tried once more when all else is done. If that
 * fails again it is left out, unless there are so many that not they but the target must be at fault. For one use.
 *
 * @param <T> what is read from an object
 */
final class FewFailures<T> {
    /** Objects that may be left out. */
    static final int MOST = 4;

    private final Reading<T> reading;
    private final Taking<T> taking;
    private final List<Failure> failures = Collections.synchronizedList(new ArrayList<>());

    /** Reads objects. */
    @FunctionalInterface
    interface Reading<T> {
        /** What is in number {@code i}; called by several threads. */
        T read(int i) throws DoppelException;
    }

    /** Takes what was read. */
    @FunctionalInterface
    interface Taking<T> {
        /** What was read; called by several threads. A failure of this is never one of the object. */
        void take(T value) throws DoppelException;
    }

    /**
     * An object that was left out.
     *
     * @param i its number
     * @param why the storage's failure
     */
    record Failure(int i, DoppelException why) {}

    FewFailures(Reading<T> reading, Taking<T> taking) {
        this.reading = reading;
        this.taking = taking;
    }

    /**
     * Reads numbers 0 to one less than {@code count} with a few threads.
     *
     * @return what was left out
     * @throws DoppelException the storage's failure if it is not that of a few objects; what reading or taking throws
     */
    List<Failure> run(String threads, int count) throws DoppelException {
        new Parallel(threads).run(count, this::one);
        List<Failure> again = List.copyOf(failures);
        failures.clear();
        for (Failure failure : again) {
            one(failure.i());
        }
        return List.copyOf(failures);
    }

    private void one(int i) throws DoppelException {
        T value;
        try {
            value = reading.read(i);
        } catch (DoppelException e) {
            if (!Problems.mayBeOfOneObject(e) || Problems.isObjectFault(e)) {
                throw e;
            }
            failures.add(new Failure(i, e));
            if (failures.size() > MOST) {
                throw e;
            }
            return;
        }
        taking.take(value);
    }
}
