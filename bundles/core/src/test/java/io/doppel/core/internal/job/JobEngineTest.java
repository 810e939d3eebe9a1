package io.doppel.core.internal.job;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobEvent;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.MachinePlan;
import io.doppel.api.job.Progress;
import io.doppel.catalog.Catalog;
import io.doppel.core.JobError;
import io.doppel.core.SpaceError;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.spi.job.TaskScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobEngineTest {
    @TempDir
    Path folder;

    private final Plugins plugins = new Plugins();
    private final FakeHosts hosts = new FakeHosts().host("a", 6).host("b", 4);
    private Catalog catalog;
    private JobEngine engine;
    private Room room = (vaults, context) -> List.of();

    @BeforeEach
    void open() throws DoppelException {
        catalog = Catalog.open(folder);
        engine = new JobEngine(
                catalog,
                plugins.handlers(),
                hosts,
                new Claims(new Limits(8, 8, 3, 3)::of),
                (vaults, context) -> room.require(vaults, context),
                8);
    }

    @AfterEach
    void close() {
        engine.close();
        catalog.close();
    }

    private void kind(String name, boolean perMachine, FakeKind.Work work) {
        plugins.handlers().add(new FakeKind(name, perMachine, work));
    }

    private JobRun submit(String kind, List<String> machines, String... options) throws DoppelException {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            map.put(options[i], options[i + 1]);
        }
        return engine.submit(new JobDefinition("", kind, machines, map));
    }

    private JobRun await(JobRun run) throws Exception {
        return engine.await(run.id());
    }

    private static void within(long seconds, Check check) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!check.holds()) {
            assertTrue(System.nanoTime() < end, "not within " + seconds + " s");
            Thread.sleep(5);
        }
    }

    private interface Check {
        boolean holds() throws Exception;
    }

    private static DoppelException tooLittle() {
        return new DoppelException(SpaceError.STORE, "Vault 'v' has too little free space");
    }

    @Test
    void whatWouldFillAFullPlaceIsRefusedBeforeAnythingIsKept() throws Exception {
        plugins.handlers().add(new FillingKind(context -> {}));
        kind("reads", true, context -> {});
        room = (vaults, context) -> {
            if (vaults.equals(List.of("v"))) {
                throw tooLittle();
            }
            return List.of();
        };
        DoppelException e = assertThrows(DoppelException.class, () -> submit("filling", List.of("a/*"), "vault", "v"));
        assertTrue(e.is(SpaceError.STORE), e.getMessage());
        assertEquals(List.of(), engine.runs(10));
        assertEquals(
                JobState.SUCCEEDED,
                await(submit("reads", List.of("a/*"), "vault", "v")).state());
    }

    @Test
    void aRunStopsBeforeTheNextMachineWhenRoomRunsOut() throws Exception {
        AtomicInteger done = new AtomicInteger();
        plugins.handlers().add(new FillingKind(context -> done.incrementAndGet()));
        room = (vaults, context) -> {
            if (done.get() >= 2) {
                throw tooLittle();
            }
            return List.of(
                    new Room.Note("vault/v", LogLine.Level.WARNING, "little is free, machine " + done.get()),
                    new Room.Note("cache", LogLine.Level.INFO, "tells nothing"));
        };
        JobRun run = await(submit("filling", List.of("a/*"), "vault", "v"));
        assertEquals(2, done.get(), "machines that were begun");
        assertEquals(JobState.FAILED, run.state());
        assertEquals(SpaceError.STORE.id(), run.errorCode());
        assertTrue(run.outcome().startsWith("2 of 6 done"), run.outcome());
        List<JobState> states =
                engine.tasks(run.id()).stream().map(JobTask::state).toList();
        assertEquals(2, states.stream().filter(s -> s == JobState.SUCCEEDED).count());
        assertEquals(4, states.stream().filter(s -> s == JobState.FAILED).count());
        List<String> log = engine.log(run.id()).stream().map(LogLine::text).toList();
        assertEquals(1, log.stream().filter(l -> l.startsWith("little is free")).count(), log.toString());
        assertEquals(1, log.stream().filter(l -> l.equals("tells nothing")).count(), log.toString());
    }

    @Test
    void littleRoomIsAWarningOfTheRun() throws Exception {
        plugins.handlers().add(new FillingKind(context -> {}));
        room = (vaults, context) -> List.of(new Room.Note("vault/v", LogLine.Level.WARNING, "little is free"));
        assertEquals(
                JobState.WARNING,
                await(submit("filling", List.of("a/m1"), "vault", "v")).state());
    }

    @Test
    void tasksProgressResultsAndLogAreKept() throws Exception {
        kind("k", true, c -> {
            TaskScope disk = c.task().child("disk");
            disk.progress(new Progress(100, 100, 60, 30, 40));
            disk.succeed("read");
            c.task()
                    .log(
                            LogLine.Level.INFO,
                            "hello from " + c.machine().orElseThrow().machine().name());
            c.task()
                    .result(
                            "version",
                            "v-" + c.machine().orElseThrow().machine().id());
            c.task().succeed("good");
        });
        JobRun run = await(submit("k", List.of("a/m1", "a/id2", "b/*3")));
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertEquals("3 of 3 done", run.outcome());
        assertEquals(new Progress(300, 300, 180, 90, 120), run.progress());
        List<JobTask> tasks = engine.tasks(run.id());
        assertEquals(
                List.of("a/m1", "a/m2", "b/m3"),
                tasks.stream()
                        .filter(t -> t.parentId().isEmpty())
                        .map(JobTask::name)
                        .toList());
        assertEquals("v-id1", tasks.get(0).results().get("version"));
        assertEquals(3, engine.log(run.id()).size());
        assertEquals(Set.of("a", "b"), Set.copyOf(hosts.swept));

        engine.close();
        engine = new JobEngine(catalog, plugins.handlers(), hosts, new Claims(Limits.DEFAULT::of), room, 8);
        assertEquals(run, truncated(engine.run(run.id()), run));
        assertEquals(
                3,
                engine.tasks(run.id()).stream()
                        .filter(t -> t.parentId().isPresent())
                        .count());
    }

    @Test
    void whatIsExcludedIsLeftOutUnlessItIsNamedByItself() throws Exception {
        kind("k", true, c -> {
            if (c.machine().orElseThrow().machine().name().equals("m3")) {
                throw new DoppelException(CommonError.IO, "m3");
            }
        });
        hosts.excluded("b", "scratch", "it has tag NOBAK", "t").excluded("b", "other", "it has tag NOBAK", "t");
        List<String> patterns = List.of("b/*", "b/other", "!*/m1", "!tag:none", "!member:x");
        JobRun run = await(submit("k", patterns));
        assertEquals(List.of("b/m0", "b/m2", "b/m3", "b/other"), names(run));
        List<String> log = engine.log(run.id()).stream().map(LogLine::text).toList();
        assertTrue(log.contains("1 machine on host 'b' left out (it has tag NOBAK): scratch"), log.toString());
        assertTrue(log.contains("1 machine on host 'b' left out (as '!*/m1' says): m1"), log.toString());
        List<MachinePlan> plan = engine.preview(new JobDefinition("", "k", patterns, Map.of()));
        assertEquals(
                "b/m0 b/m2 b/m3 b/other",
                plan.stream()
                        .filter(MachinePlan::taken)
                        .map(p -> p.host() + "/" + p.name())
                        .collect(joining(" ")));
        assertEquals(
                Map.of("scratch", "it has tag NOBAK", "m1", "as '!*/m1' says"),
                plan.stream().filter(p -> !p.taken()).collect(toMap(MachinePlan::name, MachinePlan::reason)));
        assertEquals(List.of("b/m3"), names(await(engine.retryFailed(run.id()))));
        JobRun none = await(submit("k", List.of("tag:t")));
        assertEquals(JobError.NO_MACHINES.id(), none.errorCode());
        assertTrue(none.outcome().contains("left out"), none.outcome());
        assertEquals(List.of("b/m2"), names(await(submit("k", List.of("b/m2", "b/m1", "!b/m1")))));
    }

    @Test
    void anExclusionStaysWhenAHostIsTriedAgain() throws Exception {
        kind("k", true, c -> {});
        hosts.unreachable.put("b", new DoppelException(CommonError.IO, "away"));
        JobRun run = await(submit("k", List.of("a/m0", "b/*", "!b/m0", "!b/m1", "!b/m2")));
        assertEquals(JobState.FAILED, run.state());
        int sweeps = hosts.swept.size();
        MachinePlan plan = engine.preview(run.definition()).get(1);
        assertEquals("b/*", plan.name());
        assertTrue(plan.reason().contains("away"), plan.reason());
        assertEquals(sweeps, hosts.swept.size(), "a preview changes nothing");
        hosts.unreachable.clear();
        assertEquals(List.of("b/m3"), names(await(engine.retryFailed(run.id()))));
    }

    private List<String> names(JobRun run) throws DoppelException {
        return engine.tasks(run.id()).stream()
                .filter(t -> t.parentId().isEmpty())
                .map(JobTask::name)
                .toList();
    }

    /** The catalogue keeps times to the microsecond. */
    private static JobRun truncated(JobRun kept, JobRun like) {
        return new JobRun(
                kept.id(),
                kept.definition(),
                kept.state(),
                kept.progress(),
                like.submitted(),
                like.started(),
                like.ended(),
                kept.outcome(),
                kept.errorCode());
    }

    @Test
    void aWarningInAPartMakesAWarningAndAFailureAFailure() throws Exception {
        kind("warn", false, c -> {
            TaskScope part = c.task().child("part");
            part.log(LogLine.Level.WARNING, "slow way");
            part.succeed("");
        });
        kind("fail", true, c -> {
            if (c.machine().orElseThrow().machine().name().equals("m1")) {
                throw new DoppelException(CommonError.IO, "The disk failed");
            }
        });
        kind("bug", false, c -> {
            throw new IllegalStateException("oops");
        });
        assertEquals(JobState.WARNING, await(submit("warn", List.of())).state());
        JobRun failed = await(submit("fail", List.of("a/*")));
        assertEquals(JobState.FAILED, failed.state());
        assertEquals(CommonError.IO.id(), failed.errorCode());
        assertTrue(failed.outcome().startsWith("5 of 6 done; a/m1: DPL-API-0006: The disk failed. "), failed.outcome());
        assertEquals(CommonError.INTERNAL.id(), await(submit("bug", List.of())).errorCode());

        AtomicInteger again = new AtomicInteger();
        plugins.handlers().remove(plugins.handlers().find("fail").orElseThrow().service());
        kind("fail", true, c -> {
            again.incrementAndGet();
            assertEquals("m1", c.machine().orElseThrow().machine().name());
        });
        JobRun retried = await(engine.retryFailed(failed.id()));
        assertEquals(JobState.SUCCEEDED, retried.state(), retried.outcome());
        assertEquals(1, again.get());
        DoppelException nothing = assertThrows(DoppelException.class, () -> engine.retryFailed(retried.id()));
        assertTrue(nothing.is(JobError.NOTHING_FAILED));
    }

    @Test
    void wrongDefinitionsAreRefusedAndNotQueued() throws Exception {
        kind("m", true, c -> {});
        kind("w", false, c -> {});
        refused(JobError.UNKNOWN_KIND.id(), "nope", List.of());
        refused(JobError.BAD_SELECTION.id(), "m", List.of());
        refused(JobError.BAD_SELECTION.id(), "m", List.of("a"));
        refused(JobError.BAD_SELECTION.id(), "m", List.of("c/*"));
        refused(JobError.BAD_SELECTION.id(), "w", List.of("a/*"));
        refused(CommonError.UNKNOWN_SETTING.id(), "w", List.of(), "x", "y");
        refused(CommonError.BAD_SETTING.id(), "m", List.of("*"), "concurrency", "17");
        assertEquals(List.of(), engine.runs(10));
        assertThrows(DoppelException.class, () -> engine.run(1));
        assertThrows(DoppelException.class, () -> engine.cancel(1));
        assertEquals(
                JobError.NO_MACHINES.id(), await(submit("m", List.of("a/zzz"))).errorCode());
    }

    private void refused(String code, String kind, List<String> machines, String... options) {
        DoppelException e = assertThrows(DoppelException.class, () -> submit(kind, machines, options));
        assertEquals(code, e.code().id(), e.getMessage());
    }

    @Test
    void aHostOutOfReachFailsItsPartOnly() throws Exception {
        kind("k", true, c -> {});
        hosts.unreachable.put("b", new DoppelException(CommonError.IO, "No answer"));
        JobRun run = await(submit("k", List.of("*")));
        assertEquals(JobState.FAILED, run.state());
        assertTrue(run.outcome().startsWith("6 of 7 done; b/*: "), run.outcome());
        hosts.unreachable.clear();
        JobRun again = await(engine.retryFailed(run.id()));
        assertEquals("4 of 4 done", again.outcome());
    }

    @Test
    void asManyMachinesAtOnceAsAllowedAndNoMore() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger allowed = new AtomicInteger();
        kind("k", true, c -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            within(20, () -> most.get() >= allowed.get());
            now.decrementAndGet();
        });
        allowed.set(1);
        await(submit("k", List.of("a/*")));
        assertEquals(1, most.getAndSet(0));
        allowed.set(2);
        await(submit("k", List.of("a/*"), "concurrency", "2"));
        assertEquals(2, most.getAndSet(0));
        allowed.set(3);
        await(submit("k", List.of("a/*"), "concurrency", "16"));
        assertEquals(3, most.getAndSet(0), "limit of the host");
        await(submit("k", List.of("*"), "concurrency", "16", "vault", "v"));
        assertEquals(3, most.getAndSet(0), "limit of the vault");
    }

    /** All limits are used up, of runs, of machines on the server and of machines in the vault. */
    @Test
    void aKindThatNoLimitsCountForWaitsForNobodyAndKeepsItsVault() throws Exception {
        Claims claims = new Claims(new Limits(2, 3, 3, 3)::of);
        engine.close();
        engine = new JobEngine(catalog, plugins.handlers(), hosts, claims, room, 2);
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch working = new CountDownLatch(3);
        kind("busy", true, c -> {
            working.countDown();
            stop.await();
        });
        CountDownLatch besideWorks = new CountDownLatch(1);
        CountDownLatch besideStops = new CountDownLatch(1);
        plugins.handlers().add(new UnlimitedKind("beside", c -> {
            besideWorks.countDown();
            besideStops.await();
        }));
        JobRun first = submit("busy", List.of("a/*"), "vault", "v", "concurrency", "3");
        JobRun second = submit("busy", List.of("b/*"), "vault", "v");
        assertTrue(working.await(10, TimeUnit.SECONDS));
        JobRun beside = submit("beside", List.of(), "vault", "v");
        assertTrue(besideWorks.await(10, TimeUnit.SECONDS), "it waits");
        stop.countDown();
        assertEquals(JobState.SUCCEEDED, await(first).state());
        assertEquals(JobState.SUCCEEDED, await(second).state());
        assertTrue(claims.tryExclusive(Claim.vault("v")).isEmpty(), "somebody could remove the vault");
        besideStops.countDown();
        assertEquals(JobState.SUCCEEDED, await(beside).state());
        claims.tryExclusive(Claim.vault("v")).orElseThrow().close();
    }

    @Test
    void twoRunsNeverTouchOneMachineAtOnce() throws Exception {
        Set<String> busy = ConcurrentHashMap.newKeySet();
        AtomicInteger clashes = new AtomicInteger();
        kind("k", true, c -> {
            String machine = c.machine().orElseThrow().machine().id();
            if (!busy.add(machine)) {
                clashes.incrementAndGet();
            }
            FakeKind.workFor(c, 15);
            busy.remove(machine);
        });
        List<JobRun> runs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            runs.add(submit("k", List.of("a/m0", "a/m1"), "concurrency", "2"));
        }
        for (JobRun run : runs) {
            assertEquals(JobState.SUCCEEDED, await(run).state());
        }
        assertEquals(0, clashes.get());
        boolean told = false;
        for (JobRun run : runs) {
            told |= engine.log(run.id()).stream().anyMatch(l -> l.text().startsWith("Waits for machine 'a/id"));
        }
        assertTrue(told);
    }

    @Test
    void cancellingEndsARunWithinASecondWhereverItIs() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        kind("k", true, c -> {
            under.countDown();
            FakeKind.workFor(c, 60_000);
        });
        JobRun working = submit("k", List.of("a/*"));
        under.await();
        JobRun waiting = submit("k", List.of("a/m0"));
        within(30, () -> !engine.log(waiting.id()).isEmpty());
        for (JobRun run : List.of(waiting, working)) {
            long start = System.nanoTime();
            engine.cancel(run.id());
            JobRun ended = await(run);
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20));
            assertEquals(JobState.CANCELLED, ended.state());
            engine.cancel(run.id());
            assertEquals(ended.outcome(), engine.run(run.id()).outcome());
        }
        assertTrue(engine.tasks(working.id()).stream().allMatch(t -> t.state() == JobState.CANCELLED));
    }

    @Test
    void aQueuedRunIsCancelledAtOnce() throws Exception {
        engine.setRunsAtOnce(1);
        CountDownLatch under = new CountDownLatch(1);
        kind("k", false, c -> {
            under.countDown();
            FakeKind.workFor(c, 60_000);
        });
        JobRun first = submit("k", List.of());
        under.await();
        JobRun queued = submit("k", List.of());
        engine.cancel(queued.id());
        assertEquals(JobState.CANCELLED, await(queued).state());
        assertTrue(engine.run(queued.id()).started().isEmpty());
        engine.cancel(first.id());
        await(first);
    }

    @Test
    void aPluginThatLeavesEndsItsRunsAndNoOthers() throws Exception {
        CountDownLatch under = new CountDownLatch(2);
        kind("k", true, c -> {
            under.countDown();
            FakeKind.workFor(c, c.machine().orElseThrow().host().equals("a") ? 60_000 : 300);
        });
        JobRun onA = submit("k", List.of("a/m0"));
        JobRun onB = submit("k", List.of("b/m0"));
        under.await();
        hosts.gates.get("a").close();
        assertEquals(CommonError.PLUGIN_GONE.id(), await(onA).errorCode());
        assertEquals(JobState.FAILED, engine.run(onA.id()).state());
        assertEquals(JobState.SUCCEEDED, await(onB).state());
    }

    @Test
    void aPluginThatHangsWhileLeavingIsNotWaitedForButItsMachineStaysTaken() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch hang = new CountDownLatch(1);
        kind("hang", true, c -> {
            under.countDown();
            hang.await();
        });
        kind("k", true, c -> {});
        JobRun hanging = submit("hang", List.of("a/m0"));
        under.await();
        plugins.handlers().remove(plugins.handlers().find("hang").orElseThrow().service());
        long start = System.nanoTime();
        assertEquals(CommonError.PLUGIN_GONE.id(), await(hanging).errorCode());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20));
        JobRun next = submit("k", List.of("a/m0"));
        within(30, () -> !engine.log(next.id()).isEmpty());
        assertFalse(engine.run(next.id()).state().isFinal());
        hang.countDown();
        assertEquals(JobState.SUCCEEDED, await(next).state());
        assertEquals(JobState.FAILED, engine.run(hanging.id()).state());
    }

    @Test
    void eventsComeInOrderAndProgressSparingly() throws Exception {
        List<JobEvent> events = new CopyOnWriteArrayList<>();
        kind("k", false, c -> {
            long end = System.nanoTime() + 1_500_000_000L;
            for (long n = 1; System.nanoTime() < end; n++) {
                c.task().progress(new Progress(Long.MAX_VALUE, n, n, 0, 0));
            }
            for (int i = 0; i < 50; i++) {
                c.task().log(LogLine.Level.INFO, "line " + i);
            }
        });
        Subscription subscription = engine.subscribe(events::add);
        JobRun run = await(submit("k", List.of()));
        within(30, () -> events.stream().anyMatch(e -> e.run().state().isFinal()));
        subscription.close();
        List<JobState> states =
                events.stream().map(e -> e.run().state()).distinct().toList();
        assertEquals(List.of(JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED), states);
        List<String> lines = events.stream()
                .flatMap(e -> e.line().stream())
                .map(LogLine::text)
                .toList();
        assertEquals(50, lines.size());
        assertEquals("line 49", lines.get(49));
        assertEquals(lines, engine.log(run.id()).stream().map(LogLine::text).toList());
        long progress = events.stream()
                .filter(e -> e.task().isEmpty() && e.line().isEmpty())
                .count();
        assertTrue(progress >= 4 && progress <= 12, progress + " progress events in 1.5 s");
        long last = 0;
        for (JobEvent e : events) {
            assertTrue(e.run().progress().done() >= last);
            last = e.run().progress().done();
        }
    }

    @Test
    void progressReachesTheCatalogueWithinTwoSeconds() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        kind("k", false, c -> {
            c.task().progress(new Progress(10, 5, 5, 0, 0));
            done.await();
        });
        JobRun run = submit("k", List.of());
        within(30, () -> catalog.runs().find(run.id()).orElseThrow().progress().done() == 5);
        done.countDown();
        await(run);
    }

    @Test
    void stoppingTheServerInterruptsRuns() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        kind("k", false, c -> {
            under.countDown();
            FakeKind.workFor(c, 60_000);
        });
        JobRun run = submit("k", List.of());
        under.await();
        engine.close();
        assertEquals(
                JobState.INTERRUPTED,
                catalog.runs().find(run.id()).orElseThrow().state());
        assertEquals(List.of(), catalog.runs().open());
    }

    @Test
    void definitionsAreKeptCheckedAndForgotten() throws Exception {
        kind("k", false, c -> {});
        JobDefinition nightly = new JobDefinition("nightly", "k", List.of(), Map.of("vault", "v"));
        engine.define(nightly);
        assertEquals(List.of(nightly), engine.definitions());
        assertThrows(DoppelException.class, () -> engine.define(new JobDefinition("x", "nope", List.of(), Map.of())));
        assertThrows(DoppelException.class, () -> engine.define(new JobDefinition(" ", "k", List.of(), Map.of())));
        engine.undefine("nightly");
        assertThrows(DoppelException.class, () -> engine.undefine("nightly"));
    }

    /** Many runs, cancelled at random moments: each ends once, in a final state, and everything is free afterwards. */
    @Test
    void manyRunsWithRandomCancels() throws Exception {
        Random random = new Random(7);
        kind("k", true, c -> {
            TaskScope part = c.task().child("part");
            FakeKind.workFor(c, 1 + Math.floorMod(c.runId() * 7, 20));
            part.succeed("");
        });
        List<JobRun> runs = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            runs.add(submit("k", List.of(random.nextBoolean() ? "*" : "a/m" + random.nextInt(6)), "concurrency", "4"));
            if (random.nextInt(3) == 0) {
                engine.cancel(runs.get(random.nextInt(runs.size())).id());
            }
            Thread.sleep(random.nextInt(10));
        }
        Map<JobState, Integer> ends = new HashMap<>();
        for (JobRun run : runs) {
            JobRun ended = await(run);
            assertTrue(ended.state().isFinal());
            assertTrue(engine.tasks(run.id()).stream().allMatch(t -> t.state().isFinal()));
            ends.merge(ended.state(), 1, Integer::sum);
        }
        assertEquals(Set.of(JobState.SUCCEEDED, JobState.CANCELLED), ends.keySet());
        within(30, () -> catalog.runs().open().isEmpty());
        assertEquals(
                "10 of 10 done",
                await(submit("k", List.of("*"), "concurrency", "16")).outcome());
    }
}
