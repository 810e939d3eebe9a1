package io.doppel.core.internal.job;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.Settings;
import io.doppel.catalog.RunRecords.NewTask;
import io.doppel.core.JobError;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.spi.job.JobHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out one run from its start to its end. */
final class RunExecution implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(RunExecution.class);
    /** Result of a machine's task: the pattern that selects this machine alone. */
    static final String SELECTION = "selection";
    /** Option with the number of machines at once; 1 where a kind has none. */
    static final String CONCURRENCY = "concurrency";

    private final LiveRun run;
    private final Handlers handlers;
    private final HostAccess hosts;
    private final Claims claims;
    private final Room room;
    private final Executor threads;
    private final Limits limits;

    /** Finds the handler of a kind. */
    @FunctionalInterface
    interface Handlers {
        /** The handler. */
        Plugin<JobHandler> get(String kind) throws DoppelException;
    }

    RunExecution(
            LiveRun run,
            Handlers handlers,
            HostAccess hosts,
            Claims claims,
            Room room,
            Executor threads,
            Limits limits) {
        this.run = run;
        this.handlers = handlers;
        this.hosts = hosts;
        this.claims = claims;
        this.room = room;
        this.threads = threads;
        this.limits = limits;
    }

    @Override
    public void run() {
        if (!run.start()) {
            return;
        }
        try (CancelSource token = run.token()) {
            JobDefinition definition = run.definition();
            Plugin<JobHandler> handler = handlers.get(definition.kind());
            token.dependOn(handler.gate());
            Settings options = handler.service().options().parse(definition.options());
            run.tell(room.require(fills(handler.service(), options), Optional.empty()));
            List<Unit> units = handler.service().perMachine()
                    ? machineUnits(handler, options)
                    : List.of(unit(
                            run.addTasks(List.of(new NewTask(definition.kind(), Map.of())))
                                    .get(0),
                            Optional.empty(),
                            handler,
                            options));
            int atOnce = options.find(CONCURRENCY).map(Integer::parseInt).orElse(1);
            new UnitScheduler(threads, units, limits.silence()).run(atOnce);
            run.finishByTasks();
        } catch (DoppelException e) {
            run.fail(run.token().reason().orElse(e));
        } catch (InterruptedException e) {
            run.fail(new DoppelException(JobError.INTERRUPTED, "The server stops"));
        } catch (RuntimeException | Error e) {
            LOG.error("Run {} failed", run.id(), e);
            run.fail(new DoppelException(CommonError.INTERNAL, "The run failed: " + e, e));
        }
    }

    /** The vaults that a run with these options adds data to. */
    static List<String> fills(JobHandler handler, Settings options) {
        return handler instanceof CoreHandler own ? own.fills(options) : List.of();
    }

    private Unit unit(LiveTask task, Optional<HostMachine> machine, Plugin<JobHandler> handler, Settings options) {
        return new Unit(run, task, machine, handler, options, claims, hosts, room, threads);
    }

    private List<Unit> machineUnits(Plugin<JobHandler> handler, Settings options) throws DoppelException {
        List<String> patterns = run.definition().machines();
        Optional<MachineSource> own = CoreHandler.machines(handler.service(), options);
        List<Selection> selection = Selection.parse(patterns);
        Selected found = own.isPresent()
                ? find(selection, own.get())
                : Selected.find(selection, hosts.hostNames(), run.token(), this::look);
        found.leftOutLines().forEach(line -> run.log(LogLine.Level.INFO, line));
        List<HostMachine> machines = found.machines();
        if (machines.isEmpty() && found.failures().isEmpty()) {
            throw new DoppelException(
                    JobError.NO_MACHINES,
                    "No machine fits " + String.join(", ", patterns)
                            + (found.leftOut().isEmpty() ? "" : ", as all that do are left out"));
        }
        List<NewTask> wanted = new ArrayList<>();
        for (HostMachine m : machines) {
            wanted.add(new NewTask(
                    m.host() + "/" + m.machine().name(),
                    Map.of(SELECTION, m.host() + "/" + m.machine().id())));
        }
        found.failures().keySet().forEach(pattern -> wanted.add(new NewTask(pattern, Map.of(SELECTION, pattern))));
        List<LiveTask> tasks = run.addTasks(wanted);
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < machines.size(); i++) {
            units.add(unit(tasks.get(i), Optional.of(machines.get(i)), handler, options));
        }
        List<DoppelException> failures = List.copyOf(found.failures().values());
        for (int i = 0; i < failures.size(); i++) {
            tasks.get(machines.size() + i).fail(failures.get(i));
        }
        return units;
    }

    private Selected find(List<Selection> patterns, MachineSource source) throws DoppelException {
        Aside aside = new Aside(threads, run.token());
        boolean tagsToo = Selection.askForTags(patterns);
        aside.call(() -> {
            source.prepare();
            return source;
        });
        return Selected.find(
                patterns, source.hostNames(), run.token(), host -> aside.call(() -> source.machinesOf(host, tagsToo)));
    }

    /** The machines of a host, after it was swept; only this host's are missed if its plug-in leaves meanwhile. */
    private List<HostMachine> look(String host) throws DoppelException {
        try (CancelSource token = run.token().child()) {
            token.dependOn(hosts.gateOf(host));
            Aside aside = new Aside(threads, token);
            for (String line : aside.call(() -> hosts.sweep(host))) {
                run.log(LogLine.Level.INFO, "Removed a leftover on host '" + host + "': " + line);
            }
            return aside.call(() -> hosts.machinesOf(host));
        }
    }
}
