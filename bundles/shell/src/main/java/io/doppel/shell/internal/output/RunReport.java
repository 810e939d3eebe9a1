package io.doppel.shell.internal.output;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A run with all that belongs to it, for people and as JSON.
 *
 * @param run the run
 * @param tasks its tasks
 * @param log its log
 */
public record RunReport(JobRun run, List<JobTask> tasks, List<LogLine> log) {
    /** Prints the table of tasks, what went wrong in them, and one sentence on the run. */
    public void print(PrintStream out, OptionalInt width) {
        if (!tasks.isEmpty()) {
            taskTable().print(out, width);
        }
        // A task repeats what failed in its parts.
        log.stream()
                .filter(line -> line.level() != LogLine.Level.INFO)
                .map(line -> Human.word(line.level()) + ": " + line.text())
                .distinct()
                .forEach(out::println);
        out.println(sentence());
    }

    /** When it was asked for, began and ended, in the zone, and what was asked. */
    public void printHeader(PrintStream out, ZoneId zone) {
        out.println("Run " + run.id() + " of " + run.definition().kind()
                + (run.definition().name().isEmpty()
                        ? ""
                        : " (job " + run.definition().name() + ")"));
        out.println("Machines:  " + orDash(String.join(", ", run.definition().machines())));
        out.println("Options:   " + orDash(Human.pairs(run.definition().options())));
        out.println("Submitted: " + Human.time(run.submitted(), zone));
        out.println("Started:   " + Human.time(run.started(), zone));
        out.println("Ended:     " + Human.time(run.ended(), zone));
        out.println();
    }

    private Table taskTable() {
        Table table = new Table("No tasks.")
                .text("TASK")
                .name("STATE")
                .figure("SIZE")
                .figure("READ")
                .figure("STORED")
                .figure("TIME")
                .minor()
                .text("RESULT")
                .minor();
        Map<Long, Progress> whole = withParts();
        Map<Long, JobTask> byId = tasks.stream().collect(Collectors.toMap(JobTask::id, task -> task));
        for (JobTask task : partsAfterTheirWhole()) {
            table.row(
                    "  ".repeat(depth(task, byId)) + task.name(),
                    Human.word(task.state()),
                    Human.bytes(whole.get(task.id()).total()),
                    Human.bytes(whole.get(task.id()).read()),
                    Human.bytes(whole.get(task.id()).stored()),
                    time(task.started(), task.ended()),
                    result(task));
        }
        return table;
    }

    /** A task tells its own progress without that of its parts, which come after it. */
    private Map<Long, Progress> withParts() {
        Map<Long, Progress> sums = new HashMap<>();
        for (int i = tasks.size() - 1; i >= 0; i--) {
            JobTask task = tasks.get(i);
            Progress sum = sums.merge(task.id(), task.progress(), Progress::plus);
            task.parentId().ifPresent(parent -> sums.merge(parent, sum, Progress::plus));
        }
        return sums;
    }

    /** The tasks in the order in which they began, each with its parts behind it. */
    private List<JobTask> partsAfterTheirWhole() {
        Map<Optional<Long>, List<JobTask>> parts = new HashMap<>();
        tasks.forEach(task -> parts.computeIfAbsent(task.parentId(), whole -> new ArrayList<>())
                .add(task));
        List<JobTask> ordered = new ArrayList<>();
        addParts(Optional.empty(), parts, ordered);
        return ordered;
    }

    private static void addParts(Optional<Long> of, Map<Optional<Long>, List<JobTask>> parts, List<JobTask> ordered) {
        for (JobTask part : parts.getOrDefault(of, List.of())) {
            ordered.add(part);
            addParts(Optional.of(part.id()), parts, ordered);
        }
    }

    /** The named results, or else the sentence, which has the figures as people read them. What repeats the task's name is left out. */
    private static String result(JobTask task) {
        Map<String, String> results = new HashMap<>(task.results());
        results.values()
                .removeIf(value -> value.equals(task.name()) || value.chars().allMatch(Character::isDigit));
        return results.isEmpty() ? task.outcome() : Human.pairs(results);
    }

    private static int depth(JobTask task, Map<Long, JobTask> byId) {
        int depth = 0;
        for (JobTask up = task;
                up.parentId().isPresent() && byId.containsKey(up.parentId().get());
                depth++) {
            up = byId.get(up.parentId().get());
        }
        return depth;
    }

    private String sentence() {
        String time = time(run.started(), run.ended());
        return "Run " + run.id() + " " + verb(run.state()) + (time.equals("-") ? "" : " after " + time)
                + (run.outcome().isEmpty() ? "." : ": " + run.outcome());
    }

    private static String verb(JobState state) {
        return switch (state) {
            case QUEUED -> "is queued";
            case RUNNING -> "is running";
            case SUCCEEDED -> "succeeded";
            case WARNING -> "succeeded with warnings";
            case FAILED -> "failed";
            case CANCELLED -> "was cancelled";
            case INTERRUPTED -> "was interrupted by the end of the server";
        };
    }

    private static String time(Optional<Instant> from, Optional<Instant> to) {
        return from.isEmpty() || to.isEmpty() ? "-" : Human.duration(Duration.between(from.get(), to.get()));
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
