package io.doppel.sim.xapi.http;

import java.io.IOException;

/** Told how far a stream is; it may stop it with an exception. */
@FunctionalInterface
interface Progress {
    /** @param done 0 to 1 */
    void at(double done) throws IOException;
}
