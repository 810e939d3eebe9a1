package io.doppel.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.listener.internal.TlsListener;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.offsite.internal.OffsiteStorageType;
import io.doppel.tck.MemorySecrets;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** A real module behind a real TLS port, whose clocks the test moves; and the settings of its clients. */
final class Site implements AutoCloseable {
    static final Duration WINDOW = Duration.ofDays(14);
    static final ModuleSettings SETTINGS = new ModuleSettings(WINDOW, 0, 2_000_000, 25);
    static final long QUOTA = 8L << 30;

    final Path folder;
    final MemorySecrets secrets;
    /** Added to the clocks, in nanoseconds and milliseconds. */
    final AtomicLong nanos = new AtomicLong();

    final AtomicLong day = new AtomicLong();
    private final TlsIdentity identity;
    OffsiteModule module;
    TlsListener listener;

    Site(Path folder) throws Exception {
        this(folder, new MemorySecrets());
    }

    Site(Path folder, MemorySecrets secrets) throws Exception {
        this.folder = folder;
        this.secrets = secrets;
        this.identity = TlsIdentity.make("module");
        start();
    }

    void start() throws Exception {
        start(freePort());
    }

    /** Below those that outgoing connections get, so that none takes it between two starts. */
    static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException taken) {
                continue;
            }
        }
    }

    void start(int port) throws Exception {
        module = OffsiteModule.open(
                folder, SETTINGS, () -> System.nanoTime() + nanos.get(), () -> System.currentTimeMillis() + day.get());
        listener = TlsListener.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), identity);
        listener.add(module.role());
    }

    void stop() throws DoppelException {
        listener.close();
        module.close();
    }

    /** Stops it and starts it again on the same port. */
    void restart() throws Exception {
        int port = listener.port();
        stop();
        start(port);
    }

    /** Lets the module run for a time. */
    void run(Duration time) {
        nanos.addAndGet(time.toNanos());
        day.addAndGet(time.toMillis());
        module.tick();
    }

    /** Adds a client with a store of its own; its settings. */
    Map<String, String> add(String name) throws DoppelException {
        return add(name, "", false, QUOTA);
    }

    Map<String, String> add(String name, String store, boolean readOnly, long quota) throws DoppelException {
        return settings(module.addClient(name, store, readOnly, quota, listener.fingerprint()));
    }

    Map<String, String> settings(char[] code) {
        SecretRef ref = secrets.put("code", code);
        Arrays.fill(code, '\0');
        Map<String, String> settings = new HashMap<>();
        settings.put("host", "127.0.0.1");
        settings.put("port", Integer.toString(listener.port()));
        settings.put("code", ref.id());
        return settings;
    }

    Storage open(Map<String, String> settings) throws DoppelException {
        return open(settings, secrets);
    }

    static Storage open(Map<String, String> settings, MemorySecrets secrets) throws DoppelException {
        OffsiteStorageType type = new OffsiteStorageType();
        return type.open(type.settings().parse(settings), secrets);
    }

    static Map<String, String> with(Map<String, String> settings, String name, String value) {
        Map<String, String> changed = new HashMap<>(settings);
        changed.put(name, value);
        return changed;
    }

    @Override
    public void close() throws DoppelException, IOException {
        stop();
    }
}
