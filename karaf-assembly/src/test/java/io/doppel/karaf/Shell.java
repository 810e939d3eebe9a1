package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What scripts do with a running server: commands, their status, and their JSON. */
final class Shell {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Set<String> OPEN = Set.of("QUEUED", "RUNNING");

    private final Server server;
    private final ObjectMapper json = new ObjectMapper();

    Shell(Server server) {
        this.server = server;
    }

    void succeed(String... command) throws IOException, InterruptedException {
        server.doppel(command).mustSucceed();
    }

    /** The command must fail and say so with this code; gives all that it said. */
    String fail(String code, String... command) throws IOException, InterruptedException {
        Outcome outcome = server.doppel(command);
        String said = outcome.out() + outcome.err();
        assertEquals(1, outcome.status(), said);
        assertTrue(said.contains(code + ": "), () -> "Not " + code + ":\n" + said);
        List<String> errors = outcome.err()
                .lines()
                .filter(line -> !line.startsWith("Reminder: "))
                .toList();
        assertEquals(1, errors.size(), outcome.err());
        assertTrue(errors.get(0).startsWith("DPL-"), outcome.err());
        return said;
    }

    JsonNode ask(String... command) throws IOException, InterruptedException {
        String[] all = Arrays.copyOf(command, command.length + 1);
        all[command.length] = "--json";
        return json.readTree(server.doppel(all).mustSucceed().out());
    }

    /** Runs a backup that must do well; gives the version's id. */
    String backup(String machine, String vault) throws IOException, InterruptedException {
        JsonNode report = ask("doppel:backup", machine, "--vault", vault);
        return report.at("/tasks/0/results/version").asText();
    }

    /** Starts a run and gives its number. */
    String start(String... command) throws IOException, InterruptedException {
        String[] all = Arrays.copyOf(command, command.length + 1);
        all[command.length] = "--detach";
        return ask(all).path("id").asText();
    }

    JsonNode run(String id) throws IOException, InterruptedException {
        return ask("doppel:job-show", id).path("run");
    }

    /** The newest run that somebody asked for: what a backup wrote is validated in a run of its own. */
    JsonNode newestRun() throws IOException, InterruptedException {
        for (JsonNode run : ask("doppel:job-list", "--most", "20")) {
            if (!run.path("definition").path("kind").asText().equals("validate")) {
                return run;
            }
        }
        throw new AssertionError("no run");
    }

    /** Waits for a run to come to that. */
    JsonNode await(String id, Predicate<JsonNode> condition) throws IOException, InterruptedException {
        Instant limit = Instant.now().plus(LIMIT);
        JsonNode run = run(id);
        while (!condition.test(run)) {
            JsonNode now = run;
            assertTrue(Instant.now().isBefore(limit), () -> "In vain: " + now);
            run = run(id);
        }
        return run;
    }

    JsonNode awaitEnd(String id) throws IOException, InterruptedException {
        return await(id, run -> !OPEN.contains(run.path("state").asText()));
    }

    static long read(JsonNode run) {
        return run.at("/progress/read").asLong();
    }
}
