package io.doppel.shell.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RunReportTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private static JobTask task(
            long id, Optional<Long> parent, String name, String outcome, Map<String, String> results) {
        return new JobTask(
                id,
                3,
                parent,
                name,
                JobState.SUCCEEDED,
                new Progress(1 << 20, 1 << 20, 1 << 20, 0, 0),
                Optional.of(NOON),
                Optional.of(NOON.plusSeconds(2)),
                outcome,
                "",
                results);
    }

    private static List<String> printed(JobTask... tasks) {
        JobRun run = new JobRun(
                3,
                new JobDefinition("", "backup", List.of(), Map.of()),
                JobState.SUCCEEDED,
                Progress.NONE,
                NOON,
                Optional.of(NOON),
                Optional.of(NOON.plusSeconds(2)),
                "2 of 2 done",
                "");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new RunReport(run, List.of(tasks), List.of())
                .print(new PrintStream(out, true, StandardCharsets.UTF_8), OptionalInt.empty());
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** Machines begin all at once, before the disks of any. */
    @Test
    void partsStandBehindTheirWhole() {
        List<String> lines = printed(
                task(1, Optional.empty(), "lab/web", "", Map.of("version", "7c1e")),
                task(2, Optional.empty(), "lab/db", "", Map.of("version", "05aa")),
                task(3, Optional.of(1L), "root", "Stored", Map.of()),
                task(4, Optional.of(2L), "data", "Stored", Map.of()),
                task(5, Optional.of(1L), "swap", "Stored", Map.of()));
        assertEquals(
                List.of("TASK", "lab/web", "root", "swap", "lab/db", "data", "Run"),
                lines.stream().map(line -> line.strip().split(" ")[0]).toList());
    }

    @Test
    void figuresAreForProgramsAndTheSentenceForPeople() {
        List<String> lines = printed(task(
                1,
                Optional.empty(),
                "purge",
                "Dropped 2 versions, freed 1.20 GiB",
                Map.of("dropped", "2", "freed", "1288490189")));
        assertEquals(
                "purge  succeeded  1.00 MiB  1.00 MiB     0 B  2.0 s  Dropped 2 versions, freed 1.20 GiB",
                lines.get(1));
    }
}
