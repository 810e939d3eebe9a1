package io.doppel.core.internal.probe;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.vault.StorageTestService;
import io.doppel.api.vault.StorageTestView;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.StorageTestError;
import io.doppel.core.internal.job.Aside;
import io.doppel.core.internal.job.CancelSource;
import io.doppel.core.internal.job.Threads;
import io.doppel.core.internal.plugin.Guard;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Registry;
import io.doppel.core.internal.state.SecretSettings;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tests storage targets: opens each as it would be opened for a vault, on threads that whoever cancels need not wait for. */
public final class StorageTests implements StorageTestService, AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final long STOP_SECONDS = 5;

    private final Registry<StorageType> types;
    private final SecretStore secrets;
    private final Vaults vaults;
    private final String installation;
    private final long longestMillis;
    private final ExecutorService threads = Executors.newCachedThreadPool(Threads.named("doppel-storage-test"));
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Threads.named("doppel-storage-test-timer"));
    /** The tests that go on, by their prefixes. */
    private final Map<String, CancelSource> going = new ConcurrentHashMap<>();

    /** Made by the core. */
    public StorageTests(Registry<StorageType> types, SecretStore secrets, Vaults vaults, String installation) {
        this(types, secrets, vaults, installation, LONGEST);
    }

    /** As the other, with another time that a test takes at most. */
    StorageTests(
            Registry<StorageType> types, SecretStore secrets, Vaults vaults, String installation, Duration longest) {
        this.types = types;
        this.secrets = secrets;
        this.vaults = vaults;
        this.installation = installation;
        this.longestMillis = longest.toMillis();
    }

    @Override
    public StorageTestView testStorage(
            String type, Map<String, String> settings, boolean readOnly, Consumer<String> begun, CancelToken cancel)
            throws DoppelException {
        Plugin<StorageType> plugin = types.get(type);
        SecretSettings temporary = SecretSettings.temporary(secrets);
        return test(plugin, cancel, token -> {
            Map<String, String> kept =
                    temporary.keep(plugin.service().settings(), settings, "storage-test/" + plugin.name());
            try {
                return probe(plugin, kept, readOnly, begun, token);
            } finally {
                temporary.forget(kept);
            }
        });
    }

    @Override
    public StorageTestView testVault(String vault, Consumer<String> begun, CancelToken cancel) throws DoppelException {
        VaultRecord record = vaults.record(vault);
        Plugin<StorageType> plugin = types.get(record.type());
        return test(plugin, cancel, token -> probe(plugin, record.settings(), record.readOnly(), begun, token));
    }

    /** A test as it is carried out; goes on by itself after a cancellation until what was put is removed. */
    private interface Work {
        StorageTestView run(CancelSource token) throws DoppelException;
    }

    private StorageTestView test(Plugin<StorageType> plugin, CancelToken cancel, Work work) throws DoppelException {
        try (CancelSource token = new CancelSource();
                Subscription stops = cancel.onCancel(() -> token.cancel(
                        new DoppelException(CommonError.CANCELLED, "The test of the storage target was cancelled")))) {
            token.dependOn(plugin.gate());
            ScheduledFuture<?> late = timer.schedule(
                    () -> token.cancel(new DoppelException(
                            StorageTestError.TIMED_OUT,
                            "The test was not done after "
                                    + Duration.ofMillis(longestMillis).toSeconds() + " s")),
                    longestMillis,
                    TimeUnit.MILLISECONDS);
            try {
                return new Aside(threads, token).call(() -> work.run(token));
            } finally {
                late.cancel(false);
            }
        }
    }

    private StorageTestView probe(
            Plugin<StorageType> plugin,
            Map<String, String> kept,
            boolean readOnly,
            Consumer<String> begun,
            CancelSource token)
            throws DoppelException {
        begun.accept("opening the target");
        try (Storage storage = open(plugin, kept)) {
            token.check();
            String id = UUID.randomUUID().toString().substring(0, 8);
            ProbeObjects objects = new ProbeObjects(storage, installation, id, token);
            going.put(objects.prefix(), token);
            try {
                return new Probe(plugin.name(), installation, readOnly, objects, threads, begun)
                        .run(Set.copyOf(going.keySet()));
            } finally {
                going.remove(objects.prefix());
            }
        }
    }

    private Storage open(Plugin<StorageType> plugin, Map<String, String> kept) throws DoppelException {
        StorageType type = plugin.service();
        Storage real = type.open(SecretSettings.forPlugin(type.settings(), kept), secrets);
        return Guard.wrap(Storage.class, real, plugin.gate());
    }

    /** Ends the tests that go on and gives them a moment to remove what they put. */
    @Override
    public void close() {
        timer.shutdownNow();
        DoppelException stops = new DoppelException(JobError.INTERRUPTED, "The server was stopped");
        going.values().forEach(token -> token.cancel(stops));
        threads.shutdown();
        try {
            threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
