package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Local folders as storage targets, of which a call that a test names does not come back before the test lets it: then it is made. */
final class HangingStorage {
    private final CountDownLatch hangs = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final AtomicReference<Call> next = new AtomicReference<>();

    private record Call(String method, String prefix) {}

    StorageType type() {
        LocalStorageType local = new LocalStorageType();
        return Interposed.over(
                StorageType.class,
                local,
                (method, arguments) -> method.equals("open")
                        ? hanging(local.open((Settings) arguments[0], (SecretStore) arguments[1]))
                        : null);
    }

    private Storage hanging(Storage real) {
        return Interposed.over(Storage.class, real, (method, arguments) -> {
            String name = arguments != null && arguments[0] instanceof String text ? text : "";
            hang(method, name);
            return method.equals("put") ? hanging(name, real.put(name)) : null;
        });
    }

    private ObjectWriter hanging(String name, ObjectWriter real) {
        return Interposed.over(ObjectWriter.class, real, (method, arguments) -> {
            hang(method, name);
            return null;
        });
    }

    private void hang(String method, String name) throws InterruptedException {
        Call call = next.get();
        boolean meant = call != null && call.method().equals(method) && name.startsWith(call.prefix());
        if (meant && next.compareAndSet(call, null)) {
            hangs.countDown();
            mayGoOn.await();
        }
    }

    /**
     * One call hangs, the next of this kind.
     *
     * @param method of {@link Storage} or {@link ObjectWriter}
     * @param prefix of the object's name
     */
    void hangIn(String method, String prefix) {
        next.set(new Call(method, prefix));
    }

    void awaitHanging() throws InterruptedException {
        assertTrue(hangs.await(60, TimeUnit.SECONDS), "nobody came there");
    }

    /** The call goes on, and none hangs any more. */
    void goOn() {
        next.set(null);
        mayGoOn.countDown();
    }
}
