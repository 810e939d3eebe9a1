package io.doppel.core.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.core.JobError;
import io.doppel.core.internal.inventory.Hosts;
import io.doppel.core.internal.job.CancelSource;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.recovery.RecoveryCopier;
import io.doppel.core.internal.vault.Vaults;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Follows plug-ins as they come and go: hosts are swept when their type appears, at start and later; what came from a
 * plug-in that left is let go. Works on threads of its own, so that bundles are not held up while they start and stop.
 */
final class PluginWatch implements AutoCloseable {
    private final Hosts hosts;
    private final Vaults vaults;
    private final RecoveryCopier copier;
    private final CancelSource stop = new CancelSource();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "doppel-plugins");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Subscription> subscriptions;

    PluginWatch(Plugins plugins, Hosts hosts, Vaults vaults, RecoveryCopier copier) {
        this.hosts = hosts;
        this.vaults = vaults;
        this.copier = copier;
        subscriptions = List.of(
                plugins.hypervisors().onChange(this::hypervisorChanged),
                plugins.storages().onChange(this::storageChanged));
        plugins.hypervisors().all().stream().map(Plugin::name).forEach(name -> hypervisorChanged(name, true));
    }

    private void hypervisorChanged(String type, boolean there) {
        threads.execute(() -> {
            if (there) {
                hosts.appeared(type, stop);
            } else {
                hosts.left(type);
            }
        });
    }

    private void storageChanged(String type, boolean there) {
        if (there) {
            copier.tryAgain();
        }
        threads.execute(() -> {
            if (there) {
                // whether hosts may be swept is known as soon as a vault can be asked
                hosts.sweepUnswept(stop);
            } else {
                vaults.left(type);
            }
        });
    }

    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
        stop.cancel(new DoppelException(JobError.INTERRUPTED, "The server stops"));
        threads.shutdown();
    }
}
