package io.doppel.core.internal.recovery;

import io.doppel.api.error.DoppelException;
import io.doppel.core.internal.job.Looks;
import io.doppel.core.internal.job.Threads;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who are about to take over a vault of this server that it lives, and notices soon when one did (docs/vault-format.md §15).
 * A vault whose target hangs keeps the others from nothing.
 */
public final class LeaseWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);

    private final Vaults vaults;
    private final Looks looks = new Looks("doppel-lease-look");
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Threads.named("doppel-lease"));

    /** Made by the core. */
    public LeaseWatch(Vaults vaults) {
        this.vaults = vaults;
        long millis = HolderPatience.HOLDER_LOOKS.toMillis();
        timer.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Looks at all vaults that are open for writing. */
    public void look() {
        vaults.openForWriting().forEach((name, vault) -> looks.at(name, () -> look(name, vault)));
    }

    private void look(String name, Vault vault) {
        try {
            vault.tellThatWeLive();
        } catch (DoppelException e) {
            vaults.failed(name, vault, e);
            if (e.is(VaultError.LEASE_LOST)) {
                LOG.warn("Vault '{}': {}", name, e.getMessage());
            } else {
                LOG.debug("Vault '{}' could not be looked at", name, e);
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        looks.close();
    }
}
