package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.xapi.XapiError;
import io.doppel.xapi.XapiFailure;
import io.doppel.xapi.XapiSession;
import java.time.Duration;
import java.util.List;

/**
 * Waits, with a bound, for objects that are in use: the pool's own work on a disk (coalescing, the end of a reader) often
 * ends within seconds. Between two attempts it waits for the objects to change.
 */
final class Patience {
    private static final double STEP_SECONDS = 0.5;

    private final XapiSession session;
    private final Duration longest;

    Patience(XapiSession session, Duration longest) {
        this.session = session;
        this.longest = longest;
    }

    /** A step that may find an object in use. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws DoppelException;
    }

    /**
     * Runs the step until it is not refused because something is in use.
     *
     * @param objects what to watch, as {@code class/reference}
     */
    <T> T run(CancelToken cancel, List<String> objects, Step<T> step) throws DoppelException {
        long end = System.nanoTime() + longest.toNanos();
        String token = "";
        while (true) {
            try {
                return step.run();
            } catch (DoppelException e) {
                if (!e.is(XapiError.BUSY) || System.nanoTime() > end) {
                    throw e;
                }
            }
            do {
                cancel.check();
                token = changed(objects, token);
            } while (token.isEmpty());
        }
    }

    /** Waits for a change; the first time, without a token, it only learns how things are. */
    private String changed(List<String> objects, String token) throws DoppelException {
        try {
            if (token.isEmpty()) {
                return wait(objects, wait(objects, ""));
            }
            return wait(objects, token);
        } catch (XapiFailure e) {
            if (e.named("EVENTS_LOST")) {
                return "";
            }
            throw e;
        }
    }

    private String wait(List<String> objects, String token) throws DoppelException {
        return session.call("event.from", objects, token, STEP_SECONDS)
                .path("token")
                .asText();
    }
}
