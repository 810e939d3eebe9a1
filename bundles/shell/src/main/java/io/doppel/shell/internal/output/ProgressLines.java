package io.doppel.shell.internal.output;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.Progress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A run's progress as lines: one for each part that is under way, the whole run last. Remembers rates between calls. */
public final class ProgressLines {
    private static final int MAX_NAME = 32;
    private static final int LEAST_NAME = 8;
    private static final int LEAST_BAR = 8;
    private static final int MAX_BAR = 40;
    private static final long WHOLE_RUN = -1;

    private final Map<Long, Rate> rates = new HashMap<>();

    /**
     * The lines at this moment, none wider than {@code width}.
     *
     * @param most lines at most, at least 1
     */
    public List<String> frame(JobRun run, List<JobTask> tasks, int width, int most, long nanos) {
        List<JobTask> running = running(tasks);
        Map<Long, JobTask> byId = new HashMap<>();
        tasks.forEach(task -> byId.put(task.id(), task));
        List<String> lines = new ArrayList<>();
        int shown = Math.min(running.size(), running.size() <= most - 1 ? most - 1 : Math.max(0, most - 2));
        for (int i = 0; i < running.size(); i++) {
            JobTask task = running.get(i);
            Rate rate = rate(task.id(), nanos, task.progress());
            if (i < shown) {
                lines.add(line(name(task, byId), task.progress(), rate, width));
            }
        }
        if (shown < running.size() && most > 1) {
            lines.add(Text.cut("and " + (running.size() - shown) + " more", width));
        }
        lines.add(line(title(run), run.progress(), rate(WHOLE_RUN, nanos, run.progress()), width));
        return lines;
    }

    /** The whole run as a sentence, for places where nothing can be drawn. */
    public String sentence(JobRun run, long nanos) {
        Rate rate = rate(WHOLE_RUN, nanos, run.progress());
        Progress p = run.progress();
        return title(run) + ": " + percent(p).strip() + ", " + amount(p) + ", " + speed(rate)
                + left(p, rate).map(text -> ", " + text).orElse("");
    }

    private static String title(JobRun run) {
        String title = "run " + run.id() + " " + run.definition().kind();
        return run.state() == JobState.QUEUED ? title + " (queued)" : title;
    }

    private Rate rate(long id, long nanos, Progress progress) {
        Rate rate = rates.computeIfAbsent(id, key -> new Rate());
        rate.add(nanos, progress.done());
        return rate;
    }

    /** Parts under way that have no part under way themselves, so that no byte is shown twice. */
    private static List<JobTask> running(List<JobTask> tasks) {
        Set<Long> parents = new HashSet<>();
        for (JobTask task : tasks) {
            if (task.state() == JobState.RUNNING) {
                task.parentId().ifPresent(parents::add);
            }
        }
        return tasks.stream()
                .filter(t -> t.state() == JobState.RUNNING && !parents.contains(t.id()))
                .toList();
    }

    private static String name(JobTask task, Map<Long, JobTask> byId) {
        return task.parentId()
                .map(byId::get)
                .map(parent -> parent.name() + " " + task.name())
                .orElse(task.name());
    }

    /** The richest form that fits: what matters least goes first. */
    private static String line(String name, Progress p, Rate rate, int width) {
        String left = left(p, rate).orElse("");
        String full = percent(p) + "  " + String.format("%17s  %10s  %-12s", amount(p), speed(rate), left);
        String middle = percent(p) + "  " + String.format("%10s  %-12s", speed(rate), left);
        String small = percent(p) + "  " + String.format("%-12s", left);
        for (String figures : List.of(full, middle, small)) {
            int free = width - Text.width(figures) - 4;
            int nameWidth = Math.min(MAX_NAME, Math.max(LEAST_NAME, free / 2));
            int bar = Math.min(MAX_BAR, free - nameWidth - 2);
            if (bar >= LEAST_BAR) {
                return (Text.fit(Text.cutMiddle(Text.oneLine(name), nameWidth), nameWidth, false) + "  "
                                + bar(p.share(), bar) + "  " + figures)
                        .stripTrailing();
            }
        }
        String least = percent(p).strip();
        return Text.cut(
                Text.cutMiddle(Text.oneLine(name), Math.max(1, width - least.length() - 1)) + " " + least, width);
    }

    private static String bar(double share, int length) {
        int full = (int) (share * length);
        return "[" + "#".repeat(full) + "-".repeat(length - full) + "]";
    }

    /** Rounded down, so that 100 % means done. */
    private static String percent(Progress p) {
        return p.total() <= 0 ? "  - %" : String.format(Locale.ROOT, "%3d %%", (int) (p.share() * 100));
    }

    private static String amount(Progress p) {
        return p.total() <= 0 ? Human.bytes(p.done()) : Human.bytes(p.done()) + "/" + Human.bytes(p.total());
    }

    private static String speed(Rate rate) {
        return Human.bytes(Math.round(rate.perSecond())) + "/s";
    }

    private static Optional<String> left(Progress p, Rate rate) {
        OptionalLong seconds = p.total() <= 0 ? OptionalLong.empty() : rate.secondsFor(p.total() - p.done());
        return seconds.isPresent() ? Optional.of(Human.clock(seconds.getAsLong()) + " left") : Optional.empty();
    }
}
