package io.doppel.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.Fingerprint;
import io.doppel.offsite.OffsiteError;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.offsite.internal.alert.Alerts;
import io.doppel.offsite.internal.client.Client;
import io.doppel.offsite.internal.client.Clients;
import io.doppel.offsite.internal.net.OffsiteRole;
import io.doppel.offsite.internal.store.ClientStore;
import io.doppel.offsite.internal.store.Limits;
import io.doppel.offsite.internal.store.RunningTime;
import io.doppel.offsite.internal.store.StoreFigures;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offsite module: its clients, their stores, its time and its alerts, in one folder ({@code own/} and {@code stores/NAME/}).
 * Plain Java; whoever runs it calls {@link #tick()} about once a minute. Safe for several threads.
 */
public final class OffsiteModule implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OffsiteModule.class);
    private static final Duration DAY = Duration.ofHours(24);

    /** Smaller stores are emptied by an ordinary purge. */
    private static final long WORTH_AN_ALERT = 50;

    private static final int NEAR_QUOTA_PERCENT = 90;

    private final Path folder;
    private final Storage own;
    private final RunningTime time;
    private final Alerts alerts;
    private final Clients clients;
    private final OffsiteRole role;
    private final Map<String, ClientStore> stores = new TreeMap<>();
    private volatile ModuleSettings settings;

    private OffsiteModule(Path folder, ModuleSettings settings, LongSupplier nanos, LongSupplier day)
            throws DoppelException {
        this.folder = folder;
        this.settings = settings;
        this.own = LocalStorage.open(makeFolder(folder.resolve("own")));
        boolean done = false;
        try {
            this.time = new RunningTime(own, nanos, day);
            this.alerts = new Alerts(own, day);
            this.clients = new Clients(own, time);
            this.role = new OffsiteRole(clients, alerts, this::store, nanos);
            for (Client client : clients.list()) {
                if (client.store().equals(client.name())) {
                    open(client);
                }
            }
            time.keep();
            done = true;
        } finally {
            if (!done) {
                own.close();
            }
        }
    }

    /**
     * Opens the module's folder, made if it is missing.
     *
     * @param nanos a clock that never goes back, in nanoseconds
     * @param day the time of day, in milliseconds since 1970
     */
    public static OffsiteModule open(Path folder, ModuleSettings settings, LongSupplier nanos, LongSupplier day)
            throws DoppelException {
        return new OffsiteModule(folder, settings, nanos, day);
    }

    private static Path makeFolder(Path path) throws DoppelException {
        try {
            Path made = Files.createDirectories(
                            path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                    .toRealPath();
            // The name of the folder itself is made durable by its storage; this is for the one above.
            try (FileChannel names = FileChannel.open(made.getParent().getParent(), StandardOpenOption.READ)) {
                names.force(true);
            }
            return made;
        } catch (IOException e) {
            throw new DoppelException(OffsiteError.FOLDER, "'" + path + "' cannot be made", e);
        }
    }

    /** A store that cannot be opened stays closed and says so; the others work. */
    private void open(Client client) {
        try {
            Path path = makeFolder(folder.resolve("stores").resolve(client.name()));
            stores.put(
                    client.name(),
                    ClientStore.open(
                            path, time, limits(client), (kind, text) -> alerts.raise(kind, client.name(), text)));
        } catch (DoppelException e) {
            LOG.error("The store of client '{}' is not served: {}", client.name(), e.getMessage());
            alerts.raise(AlertKind.DAMAGE, client.name(), e.getMessage());
        }
    }

    private Limits limits(Client client) {
        return new Limits(client.quota(), settings.objects(), settings.floor());
    }

    /** The role to be served on the TLS port. */
    public OffsiteRole role() {
        return role;
    }

    /** The alerts. */
    public Alerts alerts() {
        return alerts;
    }

    /** Who may connect. */
    public List<Client> clients() {
        return clients.list();
    }

    /** Running time in milliseconds. */
    public long runningTime() {
        return time.millis();
    }

    /** What the admin set. */
    public ModuleSettings settings() {
        return settings;
    }

    /**
     * The store of a client.
     *
     * @throws DoppelException {@link OffsiteError#NO_CLIENT}; {@link OffsiteError#STORE_DAMAGED} if it is not served
     */
    public ClientStore store(String client) throws DoppelException {
        String name = clients.get(client).store();
        synchronized (stores) {
            ClientStore store = stores.get(name);
            if (store == null) {
                throw new DoppelException(
                        OffsiteError.STORE_DAMAGED, "The store '" + name + "' is not served, see the alerts");
            }
            return store;
        }
    }

    /**
     * Adds a client.
     *
     * @param store the client whose store it shares; empty for a store of its own
     * @param quota bytes of a store of its own
     * @param port certificate of the TLS port
     * @return the enrolment code, which is kept nowhere; the caller clears it
     */
    public char[] addClient(String name, String store, boolean readOnly, long quota, Fingerprint port)
            throws DoppelException {
        synchronized (stores) {
            byte[] token = clients.add(name, store, readOnly, quota);
            if (store.isEmpty()) {
                open(clients.get(name));
            }
            LOG.info("Client '{}' was added", name);
            return code(token, port);
        }
    }

    /** Gives a client a new enrolment code; its old one and its certificate are void, and its connections end. */
    public char[] renewClient(String name, Fingerprint port) throws DoppelException {
        byte[] token = clients.renew(name);
        role.disconnect(name);
        LOG.info("Client '{}' got a new enrolment code", name);
        return code(token, port);
    }

    private static char[] code(byte[] token, Fingerprint port) {
        try {
            return new EnrolmentCode(port, token).text();
        } finally {
            Arrays.fill(token, (byte) 0);
        }
    }

    /** Changes the quota of a client's own store. */
    public void setQuota(String name, long bytes) throws DoppelException {
        synchronized (stores) {
            ClientStore store = store(name);
            clients.quota(name, bytes);
            store.limits(limits(clients.get(name)));
        }
    }

    /**
     * Forgets a client; its connections end.
     *
     * @param withStore whether all that its own store has is deleted at once, too; otherwise the folder stays
     */
    public void removeClient(String name, boolean withStore) throws DoppelException {
        synchronized (stores) {
            Client client = clients.get(name);
            boolean owner = client.store().equals(name);
            for (Client other : clients.list()) {
                if (owner && !other.name().equals(name) && other.store().equals(name)) {
                    throw new DoppelException(
                            OffsiteError.CLIENT_EXISTS,
                            "Client '" + other.name() + "' uses the store of '" + name + "'");
                }
            }
            clients.remove(name);
            role.disconnect(name);
            ClientStore store = owner ? stores.remove(name) : null;
            if (store != null) {
                store.close();
            }
            if (owner && withStore) {
                delete(folder.resolve("stores").resolve(name));
            }
            LOG.info("Client '{}' was removed{}", name, owner && withStore ? " with all that it had" : "");
        }
    }

    private static void delete(Path top) throws DoppelException {
        try {
            Files.walkFileTree(top, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path one, IOException e) throws IOException {
                    if (e != null) {
                        throw e;
                    }
                    Files.delete(one);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new DoppelException(OffsiteError.FOLDER, "'" + top + "' cannot be deleted whole", e);
        }
    }

    /** Locks the store of a client, or opens it; on a lock the connections of all that use it end. */
    public void lock(String name, boolean on) throws DoppelException {
        store(name).lock(on);
        if (on) {
            disconnectAll(name);
        }
        LOG.info("The store of client '{}' was {}", name, on ? "locked" : "unlocked");
    }

    /** Brings the store of a client back to how it was after an event, and locks it. */
    public void undo(String name, long event) throws DoppelException {
        store(name).undoTo(event);
        disconnectAll(name);
        LOG.info("The store of client '{}' was brought back to event {} and is locked", name, event);
    }

    private void disconnectAll(String name) throws DoppelException {
        String store = clients.get(name).store();
        for (Client client : clients.list()) {
            if (client.store().equals(store)) {
                role.disconnect(client.name());
            }
        }
    }

    /** What is to be done about once a minute: the time kept, windows ended, alerts looked for. */
    public void tick() {
        attempt("", () -> {
            time.keep();
            time.jump().ifPresent(jump -> alerts.raise(AlertKind.CLOCK, "", jump));
        });
        role.endStuck();
        Map<String, ClientStore> now;
        synchronized (stores) {
            now = Map.copyOf(stores);
        }
        now.forEach((name, store) -> attempt(name, () -> {
            look(name, store);
            long freed = store.purge(settings.window().toMillis());
            if (freed > 0) {
                LOG.info("{} bytes that client '{}' had condemned were deleted", freed, name);
            }
            store.compactIfLong();
        }));
    }

    private interface Task {
        void run() throws DoppelException;
    }

    private void attempt(String client, Task task) {
        try {
            task.run();
        } catch (DoppelException e) {
            alerts.raise(AlertKind.FAILURE, client, e.getMessage());
        }
    }

    private void look(String name, ClientStore store) {
        StoreFigures day = store.condemnedWithin(DAY.toMillis());
        long share =
                Math.max(percent(day.condemnedObjects(), day.objects()), percent(day.condemnedBytes(), day.bytes()));
        if (day.condemnedObjects() >= WORTH_AN_ALERT && share > settings.alertShare()) {
            alerts.raise(
                    AlertKind.MASS_CONDEMNATION,
                    name,
                    day.condemnedObjects() + " objects with " + day.condemnedBytes()
                            + " bytes were condemned within 24 h, " + share + " % of what was there");
        }
        long used = store.used();
        if (percent(used, store.limits().quota() - used) >= NEAR_QUOTA_PERCENT) {
            alerts.raise(AlertKind.QUOTA, name, used + " of " + store.limits().quota() + " bytes are used");
        }
    }

    private static long percent(long part, long rest) {
        return part + rest <= 0 ? 0 : (long) (100.0 * part / (part + rest));
    }

    /** Ends connections and closes everything. */
    @Override
    public void close() throws DoppelException {
        role.close();
        synchronized (stores) {
            for (ClientStore store : stores.values()) {
                store.close();
            }
            stores.clear();
        }
        time.keep();
        own.close();
    }
}
