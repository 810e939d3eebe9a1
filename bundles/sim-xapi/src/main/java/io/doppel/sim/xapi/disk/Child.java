package io.doppel.sim.xapi.disk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A program that runs beside this process and never outlives it: a shell holds the program and ends it as soon as the pipe to
 * this process closes, which a killed process does too. Safe for use by many threads.
 */
final class Child implements AutoCloseable {
    /** Arguments: the signal that ends the program, then the program. File descriptor 3 is the pipe to this process. */
    private static final String KEEPER = "exec 3<&0; s=$1; shift; \"$@\" 3<&- </dev/null >&2 & p=$!; echo $p;"
            + " { read -r x <&3; kill -CONT $p; kill -$s $p; } 2>/dev/null & w=$!;"
            + " wait $p; r=$?; kill $w 2>/dev/null; exit $r";

    /** Long, because a program that is killed while it puts away leaves its files half written. */
    private static final int PATIENCE_SECONDS = 120;

    private final Process keeper;
    private final Path errors;
    private final long pid;
    private final AtomicBoolean stopped = new AtomicBoolean();

    /**
     * @param signal what ends the program: TERM when it has something to put away, else KILL
     * @param errors the file that the program's messages go to
     */
    Child(String signal, Path errors, List<String> command) throws IOException {
        this.errors = errors;
        List<String> line = new ArrayList<>(List.of("sh", "-c", KEEPER, "keeper", signal));
        line.addAll(command);
        keeper = new ProcessBuilder(line).redirectError(errors.toFile()).start();
        String first = new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.US_ASCII))
                .readLine();
        if (first == null) {
            throw new IOException(command.get(0) + " did not start: " + complaint());
        }
        pid = Long.parseLong(first);
    }

    boolean running() {
        return keeper.isAlive();
    }

    /** Sends a signal such as STOP or KILL. */
    void signal(String name) throws IOException {
        // The shell's own kill: a small machine has no program of that name.
        Tool.run("sh", "-c", "kill -\"$0\" \"$1\"", name, Long.toString(pid));
    }

    /** What the program has said so far. */
    String complaint() throws IOException {
        return Files.exists(errors) ? Files.readString(errors).strip() : "";
    }

    /** Ends the program and returns when it has ended; further calls do nothing. */
    @Override
    public void close() throws IOException {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        try {
            keeper.getOutputStream().close();
            if (!keeper.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                signal("KILL");
                keeper.waitFor();
            }
        } catch (InterruptedException e) {
            keeper.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a program was being stopped");
        } finally {
            Files.deleteIfExists(errors);
        }
    }
}
