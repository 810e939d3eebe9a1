package io.doppel.sim.xapi.calls;

import java.io.IOException;

/** What a method of the API does. */
@FunctionalInterface
public interface Call {
    /**
     * @return the result; null for void
     * @throws io.doppel.sim.xapi.XapiFault the error to answer with
     * @throws IOException when a disk failed; answered as {@code SR_BACKEND_FAILURE}
     */
    Object answer(CallContext context, Args args) throws IOException, InterruptedException;
}
