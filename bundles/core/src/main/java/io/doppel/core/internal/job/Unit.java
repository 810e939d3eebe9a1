package io.doppel.core.internal.job;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.Settings;
import io.doppel.core.internal.plugin.Calls;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.spi.job.JobHandler;
import io.doppel.spi.job.TaskScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a handler: for one machine, or for the whole of a run whose kind knows no machines. */
final class Unit implements CoreContext {
    private static final Logger LOG = LoggerFactory.getLogger(Unit.class);
    /** Options of this name name a vault that is used. */
    static final String VAULT = "vault";
    /** After this time a thread that is stuck in a plug-in that has left is not waited for any more. */
    private static final long GONE = TimeUnit.SECONDS.toNanos(3);

    private final LiveRun run;
    private final LiveTask task;
    private final Optional<HostMachine> machine;
    private final Plugin<JobHandler> handler;
    private final Settings options;
    private final Claims claims;
    private final HostAccess hosts;
    private final Room room;
    private final CancelSource token;
    private final Aside aside;
    /** Calls to the storage targets of the work. */
    private final Set<Calls> targets = ConcurrentHashMap.newKeySet();

    /** Whether the machine is on a host that the work needs. */
    private final boolean onHosts;

    Unit(
            LiveRun run,
            LiveTask task,
            Optional<HostMachine> machine,
            Plugin<JobHandler> handler,
            Settings options,
            Claims claims,
            HostAccess hosts,
            Room room,
            Executor threads) {
        this.run = run;
        this.task = task;
        this.machine = machine;
        this.handler = handler;
        this.options = options;
        this.claims = claims;
        this.hosts = hosts;
        this.room = room;
        this.onHosts = CoreHandler.machines(handler.service(), options).isEmpty();
        this.token = run.token().child();
        this.aside = new Aside(threads, token);
    }

    LiveTask live() {
        return task;
    }

    /**
     * Whether the work was told to stop and does not, because it is in a plug-in that left or waits for a storage target.
     *
     * @param silence how many nanoseconds a call to a storage target may be out
     */
    boolean isHeldUp(long silence) {
        return token.pluginGoneFor(GONE)
                || token.stoppedFor(silence) && targets.stream().anyMatch(calls -> calls.anyOutFor(silence));
    }

    /**
     * Ends the task although its thread has not come back. The thread keeps its claims until it does, and whatever it holds in vaults and
     * on hosts: nobody else gets at something that a call which comes back late may still change.
     */
    void abandon() {
        token.reason().ifPresent(task::abandon);
    }

    /** Does the work and ends the task; throws nothing. */
    void work() {
        try (token;
                Claims.Hold hold = hold()) {
            if (machine.isPresent() && onHosts) {
                token.dependOn(hosts.gateOf(machine.get().host()));
            }
            task.start();
            requireRoom();
            handler.service().run(this);
            task.succeed("Done");
        } catch (DoppelException e) {
            task.fail(token.reason().orElse(e));
        } catch (RuntimeException | Error e) {
            task.fail(token.reason().orElseGet(() -> ownFault(e)));
        }
        task.cameBack();
    }

    /** Right before the machine's turn: what the machines before it stored may have left no room. */
    private void requireRoom() throws DoppelException {
        List<String> vaults = RunExecution.fills(handler.service(), options);
        if (!vaults.isEmpty()) {
            run.tell(room.require(vaults, Optional.of(this)));
        }
    }

    private DoppelException ownFault(Throwable e) {
        LOG.error("Run {}: kind {} failed", run.id(), run.definition().kind(), e);
        return new DoppelException(CommonError.INTERNAL, "The job failed: " + e, e);
    }

    /** Work that no limits count for still keeps its vault from being removed. */
    private Claims.Hold hold() throws DoppelException {
        Optional<String> vault = options.find(VAULT);
        return switch (Place.of(handler.service())) {
            case GIVING_WAY -> () -> {};
            case BESIDE ->
                vault.isPresent()
                        ? claims.acquireBeside(Claim.vault(vault.get()), token, this::logWait)
                        : claim(needed());
            case LIMITED -> claim(needed());
        };
    }

    private void logWait(Claim missing) {
        task.log(LogLine.Level.INFO, "Waits for " + missing + ", which is in use");
    }

    private List<Claim> needed() {
        List<Claim> needed = new ArrayList<>(List.of(Claim.SERVER));
        machine.filter(m -> onHosts).ifPresent(m -> {
            needed.add(Claim.machine(m.host(), m.machine().id()));
            needed.add(Claim.host(m.host()));
        });
        options.find(VAULT).ifPresent(vault -> needed.add(Claim.vault(vault)));
        return needed;
    }

    @Override
    public Claims.Hold claim(Collection<Claim> wanted) throws DoppelException {
        return claims.acquire(wanted, token, this::logWait);
    }

    @Override
    public Claims.Hold claimBeside(Claim claim) throws DoppelException {
        return claims.acquireBeside(claim, token, this::logWait);
    }

    @Override
    public void dependOn(Gate gate) {
        token.dependOn(gate);
    }

    @Override
    public void waitsFor(Calls calls) {
        targets.add(calls);
    }

    @Override
    public <T> T unlessCancelled(Call<T> call) throws DoppelException {
        return aside.call(call);
    }

    @Override
    public long runId() {
        return run.id();
    }

    @Override
    public Optional<HostMachine> machine() {
        return machine;
    }

    @Override
    public Settings options() {
        return options;
    }

    @Override
    public CancelToken cancel() {
        return token;
    }

    @Override
    public TaskScope task() {
        return task;
    }
}
