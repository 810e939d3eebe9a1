package io.doppel.vault.model;

/**
 * A step that can be taken.
 *
 * @param what what happens, for people
 * @param after the state after it
 */
record Step(String what, State after) {
    /** Takes the steps that are found. */
    @FunctionalInterface
    interface Sink {
        /** One more step. */
        void add(String what, State after);
    }
}
