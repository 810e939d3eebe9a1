package io.doppel.xen.it;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A server in a process of its own that runs one job, and can be killed at any moment. */
final class DoppelProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;

    /**
     * Starts a server on a state folder, and a job on it.
     *
     * @param machine {@code host/machine}, or empty for a kind that needs none
     */
    DoppelProcess(Path state, String kind, String machine, Map<String, String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                DoppelProcess.class.getName(),
                state.toString(),
                kind,
                machine));
        options.forEach((key, value) -> command.add(key + "=" + value));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        said = process.inputReader();
    }

    /** Waits until the job has ended, or the process was killed. @return the job's state; empty if it was killed */
    String await() throws IOException, InterruptedException {
        String state = "";
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("ended ")) {
                state = line.substring("ended ".length());
            }
        }
        process.waitFor();
        return state;
    }

    /** As {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = Arrays.stream(args)
                .skip(3)
                .collect(Collectors.toMap(a -> a.substring(0, a.indexOf('=')), a -> a.substring(a.indexOf('=') + 1)));
        try (DoppelServer server = new DoppelServer(Path.of(args[0]))) {
            List<String> machines = args[2].isEmpty() ? List.of() : List.of(args[2]);
            JobRun run = server.core.jobs().submit(new JobDefinition("", args[1], machines, options));
            run = server.core.jobs().await(run.id());
            System.out.println("ended " + run.state() + " " + run.outcome());
        }
    }
}
