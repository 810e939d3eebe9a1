package io.doppel.cifs.it;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Tools of the system. */
final class Command {
    private static final long SECONDS = 60;

    private Command() {}

    /** Runs a tool that must succeed. */
    static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + ": "
                    + new String(process.getInputStream().readAllBytes()));
        }
    }
}
