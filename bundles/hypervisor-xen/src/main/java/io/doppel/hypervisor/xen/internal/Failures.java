package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;

/** Several steps of which all are tried; the first failure is told in the end, the others with it. */
final class Failures {
    private DoppelException first;

    /** One of the steps. */
    @FunctionalInterface
    interface Step {
        void run() throws DoppelException;
    }

    void of(Step step) {
        try {
            step.run();
        } catch (DoppelException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    void throwFirst() throws DoppelException {
        if (first != null) {
            throw first;
        }
    }
}
