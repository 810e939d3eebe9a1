package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Runs programs with a limit, their output in files so that nothing a child leaves behind can block the test. */
final class Programs {
    private Programs() {}

    static Outcome run(ProcessBuilder builder, Path scratch, Duration limit) throws IOException, InterruptedException {
        Path out = Files.createTempFile(scratch, "out", ".txt");
        Path err = Files.createTempFile(scratch, "err", ".txt");
        Process process = builder.redirectInput(
                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(builder.command() + " did not end within " + limit + "\nstdout: "
                    + Files.readString(out) + "\nstderr: " + Files.readString(err));
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Nobody may fetch the exit status of an orphan, for instance in a container without init; then it stays as a zombie. */
    static void awaitDeath(long pid) throws IOException, InterruptedException {
        Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
        Instant end = Instant.now().plusSeconds(60);
        while (Files.exists(commandLine) && Files.readAllBytes(commandLine).length > 0) {
            assertTrue(Instant.now().isBefore(end), "the killed server does not end");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
