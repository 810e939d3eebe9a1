package io.doppel.core.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.LogLine;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.internal.job.Limits;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.hypervisor.folder.internal.FolderTransport;
import io.doppel.mover.internal.LocalProcessor;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A core with the plug-ins that ship, put together as the service registry would. */
final class Server implements AutoCloseable {
    /** Of the vaults that are added here. */
    static final String PASSPHRASE = "a secret of the test";

    /** A busy disk is not taken for one that hangs: when a run has ended, so has its work. */
    private static final Limits PATIENT = Limits.DEFAULT.withSilence(Duration.ofMinutes(5));

    final Plugins plugins = new Plugins();
    final DoppelCore core;
    final HypervisorType hypervisor;
    final FolderTransport transport = new FolderTransport();
    final StorageType storage;
    final LocalProcessor processor;

    Server(Path state) throws DoppelException {
        this(state, new FolderHypervisor(), new LocalStorageType());
    }

    Server(Path state, HypervisorType hypervisor, StorageType storage) throws DoppelException {
        this(state, hypervisor, storage, DoppelCore.Site.DEFAULT);
    }

    Server(Path state, Clock clock) throws DoppelException {
        this(state, new FolderHypervisor(), new LocalStorageType(), at(clock));
    }

    private static DoppelCore.Site at(Clock clock) {
        DoppelCore.Site usual = DoppelCore.Site.DEFAULT;
        return new DoppelCore.Site(clock, usual.copyDelay(), usual.configuration(), usual.restart());
    }

    Server(Path state, HypervisorType hypervisor, StorageType storage, DoppelCore.Site site) throws DoppelException {
        this(state, hypervisor, storage, site, PATIENT);
    }

    Server(Path state, HypervisorType hypervisor, StorageType storage, DoppelCore.Site site, Limits limits)
            throws DoppelException {
        this.hypervisor = hypervisor;
        this.storage = storage;
        core = DoppelCore.open(state, "test", limits, plugins, site);
        processor = new LocalProcessor(core.openVaults(), core.secrets());
        processor.addTransport(transport);
        plugins.transports().add(transport);
        plugins.processors().add(processor);
        plugins.hypervisors().add(hypervisor);
        plugins.storages().add(storage);
    }

    void addVault(String name, Path folder, VaultRequest.Access access) throws DoppelException {
        addVault(name, folder, access, Optional.empty());
    }

    /** @param domainOf the vault whose domain a new one shares */
    void addVault(String name, Path folder, VaultRequest.Access access, Optional<String> domainOf)
            throws DoppelException {
        core.vaults()
                .addVault(new VaultRequest(
                        name,
                        "local",
                        Map.of("path", folder.toString()),
                        access,
                        "zstd",
                        PASSPHRASE.toCharArray(),
                        domainOf,
                        true));
    }

    /** Runs a job to its end. */
    JobRun run(String kind, List<String> machines, Map<String, String> options) throws Exception {
        JobRun run = core.jobs().submit(new JobDefinition("", kind, machines, options));
        return core.jobs().await(run.id());
    }

    /** Runs a job that must succeed, and gives the value of a result of its first task. */
    String succeed(String result, String kind, List<String> machines, Map<String, String> options) throws Exception {
        JobRun run = run(kind, machines, options);
        if (run.state() != JobState.SUCCEEDED) {
            throw new AssertionError(run.state() + ": " + run.outcome() + "\n" + logOf(run));
        }
        return core.jobs().tasks(run.id()).get(0).results().get(result);
    }

    String logOf(JobRun run) throws DoppelException {
        return core.jobs().log(run.id()).stream().map(LogLine::text).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        core.close();
    }
}
