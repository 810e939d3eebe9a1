package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.LogLine;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VaultView;
import io.doppel.core.internal.DoppelCore;
import io.doppel.core.internal.job.Limits;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.hypervisor.folder.internal.FolderTransport;
import io.doppel.mover.internal.LocalProcessor;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.storage.offsite.internal.OffsiteStorageType;
import io.doppel.vault.Vault;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A whole Doppel server with the plug-ins for folders, shares and offsite modules, put together as the service registry would. */
final class DoppelServer implements AutoCloseable {
    /** Of the vaults that are added here. */
    static final String PASSPHRASE = "a secret of the test";

    /** The host that the machines are on. */
    static final String HOST = "folder";

    final DoppelCore core;

    /**
     * A server.
     *
     * @param state its folder, there or not
     * @param shares the storage type for shares, perhaps with something in between
     */
    DoppelServer(Path state, StorageType shares) throws DoppelException {
        Plugins plugins = new Plugins();
        core = DoppelCore.open(state, "test", Limits.DEFAULT, plugins);
        LocalProcessor processor = new LocalProcessor(core.openVaults(), core.secrets());
        FolderTransport transport = new FolderTransport();
        processor.addTransport(transport);
        plugins.transports().add(transport);
        plugins.processors().add(processor);
        plugins.hypervisors().add(new FolderHypervisor());
        plugins.storages().add(new LocalStorageType());
        plugins.storages().add(shares);
        plugins.storages().add(new OffsiteStorageType());
    }

    void addHost(Path machines) throws DoppelException {
        core.inventory().addHost(HOST, "folder", Map.of("path", machines.toString()));
    }

    VaultView addVault(String name, String type, Map<String, String> settings, VaultRequest.Access access)
            throws DoppelException {
        return core.vaults().addVault(new VaultRequest(name, type, settings, access, "zstd", PASSPHRASE.toCharArray()));
    }

    /** Makes a vault of the same domain as another one. */
    VaultView addVault(String name, String type, Map<String, String> settings, String domainOf) throws DoppelException {
        return core.vaults()
                .addVault(new VaultRequest(
                        name,
                        type,
                        settings,
                        VaultRequest.Access.CREATE,
                        "zstd",
                        PASSPHRASE.toCharArray(),
                        Optional.of(domainOf),
                        false));
    }

    /** Submits a backup, without the validation that comes after it. */
    JobRun begin(String machine, String vault) throws DoppelException {
        return core.jobs()
                .submit(new JobDefinition(
                        "", "backup", List.of(HOST + "/" + machine), Map.of("vault", vault, "validate", "false")));
    }

    /** Backs up a machine, whatever comes of it. */
    JobRun backup(String machine, String vault) throws Exception {
        return core.jobs().await(begin(machine, vault).id());
    }

    /** Runs a job to its end. */
    JobRun run(String kind, Map<String, String> options) throws Exception {
        return run(kind, List.of(), options);
    }

    JobRun run(String kind, List<String> machines, Map<String, String> options) throws Exception {
        return core.jobs()
                .await(core.jobs()
                        .submit(new JobDefinition("", kind, machines, options))
                        .id());
    }

    /** Restores a version to a new machine; the run must succeed. */
    void restore(String version, String machine) throws Exception {
        succeeded(run("restore", Map.of("version", version, "name", machine)));
    }

    JobRun succeeded(JobRun run) {
        assertEquals(JobState.SUCCEEDED, run.state(), () -> told(run));
        return run;
    }

    /** The version that a backup stored. */
    String version(JobRun run) throws DoppelException {
        return result(run, "version");
    }

    /** A result of a run's first task. */
    String result(JobRun run, String name) throws DoppelException {
        return core.jobs().tasks(run.id()).get(0).results().get(name);
    }

    /** How a run ended, and its log. */
    String told(JobRun run) {
        try {
            return run.state() + ": " + run.outcome() + "\n"
                    + core.jobs().log(run.id()).stream().map(LogLine::text).collect(Collectors.joining("\n"));
        } catch (DoppelException e) {
            throw new AssertionError(e);
        }
    }

    /** A vault that is known under a name; opens it if it is not. */
    Vault open(String name) throws DoppelException {
        // Whoever asks for holds has the vault opened.
        core.vaults().holds(name);
        Map<String, String> ids = new HashMap<>();
        core.vaults().vaults().forEach(v -> ids.put(v.name(), v.id()));
        return core.openVaults().vault(ids.get(name));
    }

    @Override
    public void close() {
        core.close();
    }
}
