package io.doppel.vault.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the reader of {@code src/test/python}. It knows docs/vault-format.md and none of our code.
 *
 * @param folder for its output
 * @param environment variables it gets besides our own
 */
record Python(Path folder, Map<String, String> environment) {
    private static final Path SCRIPTS = Path.of("src", "test", "python");

    /**
     * How a run ended.
     *
     * @param exit its status
     * @param out what it printed
     * @param err its messages
     */
    record Result(int exit, String out, String err) {
        /** The output of a run without any complaint. */
        String output() {
            assertEquals(0, exit, err);
            assertEquals("", err);
            return out;
        }

        /** Checks that the run was refused for reasons that name this. */
        void assertRefusedBecauseOf(String name) {
            assertEquals(1, exit, () -> "not refused, though this is damaged: " + name);
            assertTrue(err.contains(name), () -> "refused, but not because of " + name + ": " + err);
        }
    }

    /** Lists a vault, or restores from it. */
    Result read(Object... arguments) throws IOException, InterruptedException {
        return run("read_vault.py", arguments);
    }

    /** Checks a vault. */
    Result verify(Object... arguments) throws IOException, InterruptedException {
        return run("verify_vault.py", arguments);
    }

    private Result run(String script, Object... arguments) throws IOException, InterruptedException {
        // Debian's Python, because Debian's packages are installed for that one. It must not write beside the scripts.
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/python3", "-B", SCRIPTS.resolve(script).toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> command + " hangs");
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
