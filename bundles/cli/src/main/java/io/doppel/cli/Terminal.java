package io.doppel.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The size and type of the terminal that the client was started on. */
record Terminal(String type, int columns, int lines) {
    private static final File DEVICE = new File("/dev/tty");

    /** The terminal behind standard output; {@code bin/doppel} says in DOPPEL_TTY whether there is one. */
    static Optional<Terminal> ofStandardOutput() {
        return System.getenv("DOPPEL_TTY") == null ? Optional.empty() : current();
    }

    /** Asks the device itself, so that it may be called again after the window changed. */
    static Optional<Terminal> current() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(DEVICE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .trim()
                    .split(" ");
            if (!stty.waitFor(1, TimeUnit.SECONDS) || size.length != 2) {
                return Optional.empty();
            }
            String type = Optional.ofNullable(System.getenv("TERM")).orElse("dumb");
            return Optional.of(new Terminal(type, Integer.parseInt(size[1]), Integer.parseInt(size[0])));
        } catch (IOException e) {
            return Optional.empty(); // No controlling terminal: the output is plain.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
