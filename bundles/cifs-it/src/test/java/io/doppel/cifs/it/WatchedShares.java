package io.doppel.cifs.it;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.cifs.internal.CifsStorageType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The storage type for shares as it is, but that a test can have something done before a certain one of the calls to what it opens: so things happen to the
 * server behind it at a moment that is the same on slow machines and on quick ones.
 */
final class WatchedShares implements StorageType {
    /** Every method. */
    static final String ANY = "";

    private final StorageType real = new CifsStorageType();
    private final Opening opening;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicReference<Moment> next = new AtomicReference<>(Moment.NEVER);

    WatchedShares(Opening opening) {
        this.opening = opening;
    }

    /** How shares are opened. */
    @FunctionalInterface
    interface Opening {
        /** As {@link StorageType#open}. */
        Storage open(Settings settings, SecretStore secrets) throws DoppelException;
    }

    /** What is done. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    private record Moment(String method, AtomicInteger left, Action action) {
        static final Moment NEVER = new Moment(ANY, new AtomicInteger(), () -> {});
    }

    /**
     * Has something done once, on the thread of the call and before it.
     *
     * @param method of {@link Storage} or {@link ObjectWriter}, or {@link #ANY}
     * @param count which call of it from now on, at least 1
     */
    void before(String method, int count, Action action) {
        next.set(new Moment(method, new AtomicInteger(count), action));
    }

    /** Nothing is done any more that was not done yet. */
    void never() {
        next.set(Moment.NEVER);
    }

    /** How many calls there were. */
    int calls() {
        return calls.get();
    }

    private void called(String method) throws Exception {
        calls.incrementAndGet();
        Moment moment = next.get();
        boolean meant = moment.method().equals(ANY) || moment.method().equals(method);
        if (meant && moment.left().decrementAndGet() == 0) {
            moment.action().run();
        }
    }

    private <T> T watched(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    called(method.getName());
                    try {
                        Object result = method.invoke(target, arguments);
                        return result instanceof ObjectWriter writer ? watched(ObjectWriter.class, writer) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public String title() {
        return real.title();
    }

    @Override
    public SettingsSpec settings() {
        return real.settings();
    }

    @Override
    public Storage open(Settings settings, SecretStore secrets) throws DoppelException {
        return watched(Storage.class, opening.open(settings, secrets));
    }
}
