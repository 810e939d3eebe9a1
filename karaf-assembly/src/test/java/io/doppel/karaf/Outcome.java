package io.doppel.karaf;

/** How a program ended and what it printed. */
record Outcome(int status, String out, String err) {
    /** Fails the test with everything the program said unless it ended well. */
    Outcome mustSucceed() {
        if (status != 0) {
            throw new AssertionError("Ended with status " + status + "\nstdout: " + out + "\nstderr: " + err);
        }
        return this;
    }
}
