package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Disks;
import io.doppel.sim.xapi.Faults;
import io.doppel.sim.xapi.HostIdentity;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.Database;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The state of a simulated pool, and the way of a call through it. */
public final class Pool implements AutoCloseable {
    private final Database database = new Database();
    private final Faults faults = new Faults();
    private final Tasks tasks = new Tasks(database);
    private final Calls calls = new Calls();
    private final Chains chains = new Chains(database);
    private final Map<String, Site> sites = Collections.synchronizedMap(new LinkedHashMap<>());
    private final ExecutorService workers = Executors.newCachedThreadPool(Pool::thread);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Pool::thread);
    private final Disks disks;
    private final Sessions sessions;
    private final NbdExports exports;
    private final Guests guests;
    private String pool;

    public Pool(Disks disks, String user, String password, Duration idle) {
        this.disks = disks;
        sessions = new Sessions(database, user, password, idle);
        exports = new NbdExports(disks);
        guests = new Guests(database, timer, workers);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "sim-xapi");
        thread.setDaemon(true);
        return thread;
    }

    /** Makes the pool's own records. The first site is that of the master. */
    public void seed(List<Site> places) {
        pool = new PoolSeed(database).make(places, sites);
    }

    public Records records() {
        return database;
    }

    public Database database() {
        return database;
    }

    public Faults faults() {
        return faults;
    }

    public Chains chains() {
        return chains;
    }

    public Guests guests() {
        return guests;
    }

    public Disks disks() {
        return disks;
    }

    public Tasks tasks() {
        return tasks;
    }

    Sessions sessions() {
        return sessions;
    }

    NbdExports exports() {
        return exports;
    }

    /** References of the hosts, with where they answer. */
    public Map<String, Site> sites() {
        return sites;
    }

    /** Notes that a host has another certificate now. */
    public void renewed(String host, HostIdentity identity) {
        Site site = sites.get(host);
        sites.put(host, new Site(site.bind(), site.port(), site.advertised(), identity));
        CertificateRecords.replace(database, host, identity);
    }

    public String master() {
        return database.text("pool", pool, "master");
    }

    /** Makes another host the master; all sessions end, as the toolstack restarts. */
    public void setMaster(String host) {
        database.get("host", host);
        database.set("pool", pool, "master", host);
        endSessions();
    }

    /** Ends all sessions at once. */
    public void endSessions() {
        sessions.closeAll();
        exports.closeAll();
    }

    public int sessionCount() {
        return sessions.count();
    }

    /** A session for work of the simulator itself. */
    public String ownSession() {
        return sessions.open("simulator", master());
    }

    public void logout(String session) {
        sessions.close(session);
        exports.close(session);
    }

    public boolean sees(String host, String sr) {
        return PoolCalls.sees(database, host, sr);
    }

    /** @throws XapiFault {@code HOST_IS_SLAVE} */
    void requireMaster(String host) {
        if (!host.equals(master())) {
            throw new XapiFault("HOST_IS_SLAVE", sites.get(master()).advertised());
        }
    }

    /** @throws XapiFault {@code HOST_IS_SLAVE}, before the password is looked at */
    public String login(String host, String user, String password, String originator) {
        requireMaster(host);
        return sessions.login(user, password, originator, host);
    }

    /** @throws XapiFault {@code SESSION_INVALID} */
    public void use(String session) {
        sessions.use(session);
    }

    /**
     * Answers a call.
     *
     * @param wireName as it came, {@code Async.} included
     * @param parameters with the session first
     * @throws XapiFault the error to answer with
     * @throws Faults.Dropped when no answer is to be given
     */
    public Object dispatch(String host, String wireName, List<Object> parameters) {
        String name = Calls.plainName(wireName);
        if (name.equals("session.login_with_password")) {
            return login(host, parameters);
        }
        Calls.Entry entry = calls.find(name);
        if (name.equals("system.listMethods")) {
            return answered(entry, new CallContext(this, null, host, null), new Args(List.of()));
        }
        if (parameters.isEmpty()) {
            throw count(name, entry.least() + 1, 0);
        }
        String session = String.valueOf(parameters.get(0));
        sessions.use(session);
        requireMaster(host);
        Args args = new Args(parameters.subList(1, parameters.size()));
        if (args.count() < entry.least() || args.count() > entry.most()) {
            throw count(name, entry.least() + 1, parameters.size());
        }
        if (!Calls.async(wireName)) {
            return scripted(name, () -> answered(entry, new CallContext(this, session, host, null), args));
        }
        return scripted("Async." + name, () -> start(name, entry, session, host, args));
    }

    private Object login(String host, List<Object> parameters) {
        Args args = new Args(parameters);
        if (args.count() < 2 || args.count() > 4) {
            throw count("session.login_with_password", 2, args.count());
        }
        return scripted("session.login_with_password", () -> login(host, args.text(0), args.text(1), args.text(3, "")));
    }

    private static XapiFault count(String name, int expected, int received) {
        return new XapiFault(
                "MESSAGE_PARAMETER_COUNT_MISMATCH", name, Integer.toString(expected), Integer.toString(received));
    }

    private String start(String name, Calls.Entry entry, String session, String host, Args args) {
        Tasks.Task task = tasks.task(tasks.create("Async." + name, "", host));
        CallContext context = new CallContext(this, session, host, task);
        workers.execute(() -> {
            try {
                task.success(scripted(name, task::pause, () -> answered(entry, context, args)));
            } catch (XapiFault e) {
                task.failure(e);
            } catch (RuntimeException e) {
                task.failure(new XapiFault("INTERNAL_ERROR", e.toString()));
            }
        });
        return task.ref();
    }

    private interface Work {
        Object get();
    }

    private Object scripted(String name, Work work) {
        return scripted(name, Pool::sleep, work);
    }

    private Object scripted(String name, Faults.Pause pause, Work work) {
        strike(name, false, pause);
        Object result = work.get();
        strike(name, true, pause);
        return result;
    }

    private static void sleep(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** Lets the script act at a point of its own name. */
    public void strike(String point) {
        strike(point, false, Pool::sleep);
    }

    private void strike(String point, boolean after, Faults.Pause pause) {
        try {
            faults.strike(point, after, pause);
        } catch (InterruptedException e) {
            throw new XapiFault("TASK_CANCELLED", point);
        }
    }

    private static Object answered(Calls.Entry entry, CallContext context, Args args) {
        try {
            return entry.call().answer(context, args);
        } catch (IOException e) {
            throw new XapiFault("SR_BACKEND_FAILURE", "", String.valueOf(e.getMessage()), "");
        } catch (InterruptedException e) {
            throw new XapiFault("TASK_CANCELLED", context.taskRef());
        } catch (ClassCastException | IndexOutOfBoundsException e) {
            throw new XapiFault("INTERNAL_ERROR", e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        workers.shutdownNow();
        exports.closeAll();
        try {
            workers.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disks.close();
    }
}
