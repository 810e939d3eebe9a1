package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobEvent;
import io.doppel.api.job.JobKind;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobService;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.job.Progress;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Jobs in memory. A run goes on by a step each time that it is looked at, so that no test waits for time. */
final class FakeJobs implements JobService {
    static final long SIZE = 4000L << 20;
    static final int STEPS = 4;

    final Map<String, JobDefinition> definitions = new TreeMap<>();
    final Map<Long, JobRun> runs = new TreeMap<>();
    final List<Long> cancelled = new ArrayList<>();
    final List<Consumer<JobEvent>> listeners = new ArrayList<>();
    JobState end = JobState.SUCCEEDED;
    int steps = STEPS;

    FakeJobs() {
        definitions.put("nightly", new JobDefinition("nightly", "backup", List.of("lab/*"), Map.of("vault", "main")));
        JobDefinition old = new JobDefinition("", "backup", List.of("lab/web"), Map.of("vault", "main"));
        runs.put(6L, run(6, old, JobState.SUCCEEDED, STEPS));
    }

    private JobRun run(long id, JobDefinition definition, JobState state, int step) {
        Instant from = FakeInventory.NOON;
        boolean over = state.isFinal();
        boolean bad = state == JobState.FAILED;
        String outcome = bad
                ? "DPL-API-0006: The disk could not be read. Check the device."
                : over ? "1 machine was dealt with." : "";
        return new JobRun(
                id,
                definition,
                state,
                progress(step),
                from,
                state == JobState.QUEUED ? Optional.empty() : Optional.of(from.plusSeconds(1)),
                over ? Optional.of(from.plusSeconds(66)) : Optional.empty(),
                outcome,
                bad ? "DPL-API-0006" : "");
    }

    private Progress progress(int step) {
        long done = SIZE * step / STEPS;
        return new Progress(SIZE, done, done / 2, done / 4, done / 2);
    }

    @Override
    public List<JobKind> kinds() {
        SettingField vault = SettingField.required("vault", SettingType.TEXT, "The vault");
        return List.of(
                new JobKind(
                        "backup",
                        "Back up machines",
                        SettingsSpec.of(
                                vault,
                                SettingField.optional("full", SettingType.BOOLEAN, "Read everything")
                                        .withDefault("false"))),
                new JobKind("restore", "Restore a version", SettingsSpec.of()),
                new JobKind("boot-test", "Start a version", SettingsSpec.of()),
                new JobKind("export", "Write disks to files", SettingsSpec.of()),
                new JobKind("replicate", "Copy machines", SettingsSpec.of()),
                new JobKind("vault", "Copy versions", SettingsSpec.of(vault)),
                new JobKind("validate", "Check versions", SettingsSpec.of(vault)),
                new JobKind("purge", "Give space back", SettingsSpec.of(vault)));
    }

    @Override
    public void define(JobDefinition definition) {
        definitions.put(definition.name(), definition);
    }

    @Override
    public List<JobDefinition> definitions() {
        return List.copyOf(definitions.values());
    }

    @Override
    public void undefine(String name) {
        definitions.remove(name);
    }

    @Override
    public List<MachinePlan> preview(JobDefinition definition) {
        return List.of(
                new MachinePlan(
                        "lab",
                        "u1",
                        "web",
                        true,
                        "",
                        List.of(),
                        List.of(
                                new MachinePlan.Disk("0", "system", 40L << 30, true, ""),
                                new MachinePlan.Disk("1", "scratch", 4L << 30, false, "[NOBAK] is in its name"))),
                new MachinePlan("lab", "u2", "test", false, "it has tag NOBAK", List.of(), List.of()));
    }

    @Override
    public JobRun submit(JobDefinition definition) throws DoppelException {
        if (kinds().stream().noneMatch(k -> k.name().equals(definition.kind()))) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no job kind '" + definition.kind() + "'");
        }
        long id = runs.keySet().stream().max(Comparator.naturalOrder()).orElse(0L) + 1;
        JobRun run = run(id, definition, JobState.QUEUED, 0);
        runs.put(id, run);
        return run;
    }

    @Override
    public JobRun run(long id) throws DoppelException {
        JobRun run = runs.get(id);
        if (run == null) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no run " + id);
        }
        if (!run.state().isFinal()) {
            int step = (int) (run.progress().done() * STEPS / SIZE);
            JobState next = cancelled.contains(id)
                    ? JobState.CANCELLED
                    : run.state() == JobState.QUEUED ? JobState.RUNNING : step + 1 >= steps ? end : JobState.RUNNING;
            runs.put(id, run(id, run.definition(), next, run.state() == JobState.QUEUED ? 0 : step + 1));
        }
        return run;
    }

    @Override
    public List<JobRun> runs(int most) {
        List<JobRun> all = new ArrayList<>(runs.values());
        all.sort(Comparator.comparing(JobRun::id).reversed());
        return all.subList(0, Math.min(most, all.size()));
    }

    @Override
    public List<JobTask> tasks(long runId) {
        JobRun run = runs.get(runId);
        JobTask machine = new JobTask(
                10,
                runId,
                Optional.empty(),
                "lab/web",
                run.state(),
                Progress.NONE,
                run.started(),
                run.ended(),
                run.outcome(),
                run.errorCode(),
                run.state() == JobState.SUCCEEDED
                        ? Map.of("selection", "lab/web", "version", "7c1e55d0a1b2c3d4")
                        : Map.of());
        JobTask disk = new JobTask(
                11,
                runId,
                Optional.of(10L),
                "disk0.img",
                run.state(),
                run.progress(),
                run.started(),
                run.ended(),
                "",
                "",
                Map.of());
        return List.of(machine, disk);
    }

    @Override
    public List<LogLine> log(long runId) throws DoppelException {
        if (run(runId).definition().options().containsKey("dry-run")) {
            return List.of(
                    new LogLine(FakeInventory.NOON, 10, LogLine.Level.INFO, "Writes disk 'disk0'"),
                    new LogLine(FakeInventory.NOON, 10, LogLine.Level.INFO, "Keeps disk0.img until it is confirmed"));
        }
        return List.of(
                new LogLine(FakeInventory.NOON, 10, LogLine.Level.INFO, "Snapshot taken"),
                new LogLine(
                        FakeInventory.NOON.plusSeconds(2),
                        10,
                        LogLine.Level.WARNING,
                        "The changes cannot be proven: everything is read"));
    }

    @Override
    public void cancel(long runId) throws DoppelException {
        run(runId);
        cancelled.add(runId);
    }

    @Override
    public JobRun retryFailed(long runId) throws DoppelException {
        return submit(run(runId).definition());
    }

    @Override
    public JobRun await(long runId) throws DoppelException {
        JobRun run = run(runId);
        while (!run.state().isFinal()) {
            run = run(runId);
        }
        return run;
    }

    @Override
    public Subscription subscribe(Consumer<JobEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
