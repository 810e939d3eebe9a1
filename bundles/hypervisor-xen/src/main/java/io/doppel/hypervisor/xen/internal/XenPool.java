package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiFailure;
import io.doppel.xapi.XapiSession;
import io.doppel.xapi.XapiTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A pool one is logged in to. Safe for several threads. */
final class XenPool implements AutoCloseable {
    private static final String ASYNC = "Async.";
    private static final Duration HIDDEN = Duration.ofSeconds(60);

    private final HostContext context;
    private final XenSettings settings;
    private final XapiSession session;
    private final XapiTasks tasks;
    private final PoolRecords records;

    private XenPool(HostContext context, XenSettings settings, XapiSession session) {
        this.context = context;
        this.settings = settings;
        this.session = session;
        this.tasks = new XapiTasks(session);
        this.records = new PoolRecords(session);
    }

    static XenPool connect(HostContext context) throws DoppelException {
        XenSettings settings = XenSettings.read(context.settings(), context.secrets());
        Trust.checkConfirmed(settings);
        PoolMembers remembered = PoolMembers.remembered(context.memory(), settings);
        Set<XapiAddress> members = new LinkedHashSet<>(settings.members());
        members.addAll(remembered.addresses());
        XapiSession session = XapiSession.open(
                settings.route(settings.confirmed()).trusting(remembered.pins()),
                XenSettings.login(context.settings(), context.secrets()),
                members);
        XenPool pool = new XenPool(context, settings, session);
        try {
            pool.learnMembers();
            return pool;
        } catch (DoppelException e) {
            pool.close();
            throw e;
        }
    }

    private void learnMembers() throws DoppelException {
        PoolRecords.View view = records.sync();
        PoolMembers members = PoolMembers.learn(session, view, settings);
        members.remember(context.memory(), settings);
        Set<XapiAddress> all = new LinkedHashSet<>(settings.members());
        all.addAll(members.addresses());
        session.reroute(session.route().trusting(members.pins()), all);
    }

    HostContext context() {
        return context;
    }

    String installation() {
        return context.installationId();
    }

    XenSettings settings() {
        return settings;
    }

    XapiSession session() {
        return session;
    }

    XapiTasks tasks() {
        return tasks;
    }

    /** All records as they are now. */
    PoolRecords.View view() throws DoppelException {
        return records.sync();
    }

    JsonNode call(String method, Object... arguments) throws DoppelException {
        return session.call(method, arguments);
    }

    /** Runs a long call as a task that a cancel ends. */
    List<String> run(HostWork work, String method, Object... arguments) throws DoppelException {
        return tasks.run(work.cancel(), method, arguments);
    }

    /** Runs a long call whose result is one reference. */
    String make(HostWork work, String method, Object... arguments) throws DoppelException {
        List<String> result = run(work, method, arguments);
        if (result.size() != 1 || !result.get(0).startsWith("OpaqueRef:")) {
            throw new DoppelException(CommonError.INTERNAL, method + " gave no reference but " + result);
        }
        return result.get(0);
    }

    /**
     * Carries out once what must not be carried out twice: when the answer was lost, looks whether it was done before it is
     * tried once more.
     *
     * @param done what the step would have given, if it was carried out
     */
    <T> T once(Patience.Step<T> step, Patience.Step<Optional<T>> done) throws DoppelException {
        try {
            return step.run();
        } catch (DoppelException e) {
            if (!e.is(CommonError.IO)) {
                throw e;
            }
            Optional<T> there = looked(done, e);
            if (there.isPresent()) {
                return there.get();
            }
        }
        try {
            return step.run();
        } catch (DoppelException e) {
            // The first one may have been carried out after the look.
            Optional<T> there = looked(done, e);
            if (there.isEmpty()) {
                throw e;
            }
            return there.get();
        }
    }

    private static <T> Optional<T> looked(Patience.Step<Optional<T>> done, DoppelException failure)
            throws DoppelException {
        try {
            return done.run();
        } catch (DoppelException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /**
     * The same for a long call: the pool may be at it when the answer to its start was lost.
     *
     * @param method what is called
     */
    <T> T onceAsTask(String method, Patience.Step<T> step, Patience.Step<Optional<T>> done) throws DoppelException {
        return once(step, () -> {
            awaitHidden(Set.of(method));
            return done.run();
        });
    }

    /** Waits a while for long calls that were begun although the answer was lost; nothing tells them from those of others. */
    void awaitHidden(Set<String> methods) throws DoppelException {
        List<String> pending = new ArrayList<>();
        call("task.get_all_records").fields().forEachRemaining(entry -> {
            Rec task = new Rec(entry.getKey(), entry.getValue());
            String method = task.name().startsWith(ASYNC) ? task.name().substring(ASYNC.length()) : task.name();
            if (task.text("status").equals("pending") && methods.contains(method)) {
                pending.add(task.ref());
            }
        });
        long end = System.nanoTime() + HIDDEN.toNanos();
        for (String task : pending) {
            tasks.awaitEnd(task, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }

    /**
     * Makes a device of a machine, once.
     *
     * @param identity fields in which only this device has these values
     */
    void plug(String type, List<String> identity, Map<String, Object> device) throws DoppelException {
        once(
                () -> call(type + ".create", device).asText(),
                () -> view().all(Texts.lower(type)).stream()
                        .filter(d -> identity.stream().allMatch(f -> d.text(f).equals(device.get(f))))
                        .map(Rec::ref)
                        .findFirst());
    }

    /** Starts a machine, once. */
    void start(HostWork work, String vm) throws DoppelException {
        onceAsTask(
                "VM.start",
                () -> run(work, "VM.start", vm, false, false),
                () -> view().find("vm", vm).filter(v -> !Swap.isOff(v)).map(v -> List.<String>of()));
    }

    /** Runs a long call that nothing cancels, and is content if the object is gone already or is as wanted. */
    void runIfThere(String method, Object... arguments) throws DoppelException {
        try {
            tasks.run(CancelToken.NEVER, method, arguments);
        } catch (XapiFailure e) {
            boolean off = e.named("VM_BAD_POWER_STATE")
                    && e.parameters().stream().skip(2).anyMatch("halted"::equalsIgnoreCase);
            if (!off && !e.named("HANDLE_INVALID", "DEVICE_ALREADY_DETACHED")) {
                throw e;
            }
        }
    }

    /** Calls, and is content if the object is gone already. */
    void callIfThere(String method, Object... arguments) throws DoppelException {
        try {
            call(method, arguments);
        } catch (XapiFailure e) {
            if (!e.named("HANDLE_INVALID")) {
                throw e;
            }
        }
    }

    /** Takes the marks off a disk that a whole machine has: a sweep does so, too, and takes nothing else of such disks. */
    void unmark(HostWork work, Rec disk) {
        try {
            mark("VDI", disk, Map.of());
        } catch (DoppelException e) {
            work.warning("Disk '" + disk.name() + "' keeps our mark until the pool is swept: " + e.what());
        }
    }

    /** Puts marks on an object in place of those that it has; they hold for this very object only. */
    void mark(String type, Rec record, Map<String, String> marks) throws DoppelException {
        call(type + ".set_other_config", record.ref(), Marks.replaced(Marks.in(record), Marks.bound(marks, record)));
    }

    @Override
    public void close() {
        session.close();
    }
}
