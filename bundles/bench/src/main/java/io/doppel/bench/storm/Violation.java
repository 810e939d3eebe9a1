package io.doppel.bench.storm;

/** Something that must hold does not. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
        super(what);
    }
}
