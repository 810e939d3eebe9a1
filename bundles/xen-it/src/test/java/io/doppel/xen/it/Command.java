package io.doppel.xen.it;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Tools of the system. */
final class Command {
    private static final long MINUTES = 2;

    private Command() {}

    /** Runs a tool that must succeed; gives what it said. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.outputWriter().close();
            String said = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
