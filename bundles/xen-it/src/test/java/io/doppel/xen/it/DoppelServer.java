package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.LogLine;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.internal.DoppelCore;
import io.doppel.core.internal.job.Limits;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.hypervisor.folder.internal.FolderTransport;
import io.doppel.hypervisor.xen.internal.XenHypervisor;
import io.doppel.hypervisor.xen.internal.XvaFormat;
import io.doppel.mover.internal.LocalProcessor;
import io.doppel.spi.transport.Transport;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.transport.nbd.NbdTransport;
import io.doppel.transport.xapi.internal.XapiTransport;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;

/** A whole Doppel server with the plug-ins for pools, put together as the service registry would; used through its services only. */
final class DoppelServer implements AutoCloseable {
    private static final String PASSPHRASE = "a secret of the test";

    final DoppelCore core;

    /** @param state the server's folder, there or not */
    DoppelServer(Path state) throws DoppelException, IOException {
        Plugins plugins = new Plugins();
        // a busy disk is not taken for one that hangs: when a run has ended, so has its work
        Limits patient = Limits.DEFAULT.withSilence(Duration.ofMinutes(5));
        core = DoppelCore.open(state, "test", patient, plugins);
        LocalProcessor processor = new LocalProcessor(core.openVaults(), core.secrets());
        Transport streams = new XapiTransport(context(state.resolve("spool")));
        for (Transport transport : List.of(new NbdTransport(), streams, new FolderTransport())) {
            processor.addTransport(transport);
            plugins.transports().add(transport);
        }
        plugins.processors().add(processor);
        plugins.hypervisors().add(new XenHypervisor());
        plugins.hypervisors().add(new FolderHypervisor());
        plugins.formats().add(new XvaFormat());
        plugins.storages().add(new LocalStorageType());
    }

    /** The part of a bundle's context that plug-ins ask for outside OSGi: a place for files. */
    private static BundleContext context(Path files) throws IOException {
        Files.createDirectories(files);
        return (BundleContext) Proxy.newProxyInstance(
                DoppelServer.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getDataFile")) {
                        return files.resolve((String) arguments[0]).toFile();
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    void addVault(String name, Path folder) throws DoppelException {
        core.vaults()
                .addVault(new VaultRequest(
                        name,
                        "local",
                        Map.of("path", folder.toString()),
                        VaultRequest.Access.CREATE,
                        "zstd",
                        PASSPHRASE.toCharArray()));
    }

    /** Adds a pool under a name, by its first host. */
    void addPool(String name, TestPool pool, Map<String, String> settings) throws DoppelException {
        Map<String, String> all = new HashMap<>(settings);
        var first = pool.sim.hosts().get(0);
        all.put("address", first.address());
        all.put("port", Integer.toString(first.port()));
        addPool(name, all);
    }

    /** Adds a pool under a name, after confirming the certificates it shows, as a person would. */
    void addPool(String name, Map<String, String> settings) throws DoppelException {
        Map<String, String> all = new HashMap<>(settings);
        all.put(
                "fingerprint",
                core.inventory().unconfirmed("xen", all).stream()
                        .map(PeerCertificate::fingerprint)
                        .map(Object::toString)
                        .collect(Collectors.joining(",")));
        all.put("password", TestPool.PASSWORD);
        core.inventory().addHost(name, "xen", all);
    }

    /** Runs a job to its end. */
    JobRun run(String kind, List<String> machines, Map<String, String> options) throws Exception {
        JobRun run = core.jobs().submit(new JobDefinition("", kind, machines, options));
        return core.jobs().await(run.id());
    }

    /** Backs up a machine of the host {@code pool} into a vault; without the validation that comes after it. */
    JobRun backup(String machine, String vault, String... hostOptions) throws Exception {
        Map<String, String> options = new HashMap<>(Map.of("vault", vault, "validate", "false"));
        if (hostOptions.length > 0) {
            options.put("host-options", String.join(",", hostOptions));
        }
        return run("backup", List.of("pool/" + machine), options);
    }

    /** Submits a job and cancels it in the middle, when something happens; gives it as it ended. */
    JobRun cancelled(Cause cause, String kind, List<String> machines, Map<String, String> options) throws Exception {
        CompletableFuture<Long> id = new CompletableFuture<>();
        cause.calls(() -> {
            try {
                core.jobs().cancel(id.join());
            } catch (DoppelException e) {
                throw new AssertionError(e);
            }
        });
        JobRun run = core.jobs().submit(new JobDefinition("", kind, machines, options));
        id.complete(run.id());
        return core.jobs().await(run.id());
    }

    /** What makes a test do something. */
    @FunctionalInterface
    interface Cause {
        /** Has the action done when it happens. */
        void calls(Runnable action);
    }

    /** Restores a version; the run must succeed. */
    JobRun restore(String version, Map<String, String> options) throws Exception {
        Map<String, String> all = new HashMap<>(options);
        all.put("version", version);
        return succeeded(run("restore", List.of(), all));
    }

    JobRun succeeded(JobRun run) throws DoppelException {
        assertEquals(JobState.SUCCEEDED, run.state(), () -> run.outcome() + "\n" + log(run));
        return run;
    }

    /** Asserts that a run did what it should, perhaps in another way than it would have liked. */
    JobRun stored(JobRun run) {
        boolean done = run.state() == JobState.SUCCEEDED || run.state() == JobState.WARNING;
        assertTrue(done, () -> run.outcome() + "\n" + log(run));
        return run;
    }

    /** A result of a run's first task. */
    String result(JobRun run, String name) throws DoppelException {
        return core.jobs().tasks(run.id()).get(0).results().get(name);
    }

    String log(JobRun run) {
        try {
            return core.jobs().log(run.id()).stream().map(LogLine::text).collect(Collectors.joining("\n"));
        } catch (DoppelException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        core.close();
    }
}
