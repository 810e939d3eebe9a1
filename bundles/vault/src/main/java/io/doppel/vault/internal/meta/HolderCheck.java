package io.doppel.vault.internal.meta;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the holder of a lease whether it lives, before it is taken over (docs/vault-format.md §15). */
final class HolderCheck {
    private static final Logger LOG = LoggerFactory.getLogger(HolderCheck.class);
    private static final long CANCEL_MILLIS = 200;
    private static final int ID_DIGITS = 32;

    private final SealedStore store;
    private final Leases leases;
    private final VaultOwner asker;
    private final HolderPatience patience;
    private final CancelToken cancel;

    HolderCheck(SealedStore store, Leases leases, VaultOwner asker, HolderPatience patience, CancelToken cancel) {
        this.store = store;
        this.leases = leases;
        this.asker = asker;
        this.patience = patience;
        this.cancel = cancel;
    }

    /**
     * Comes back when nobody holds the vault, or its holder does not answer.
     *
     * @throws DoppelException {@link VaultError#HOLDER_LIVES}; the storage's failures
     */
    void requireGone() throws DoppelException {
        long epoch = -1;
        while (true) {
            Leases.Table table = leases.table();
            if (table.top() == 0 || table.top() == epoch || table.released().contains(table.top())) {
                return;
            }
            epoch = table.top();
            ask(epoch);
        }
    }

    private void ask(long epoch) throws DoppelException {
        String id = Digests.randomHex(ID_DIGITS);
        try {
            store.put(
                    Kind.LEASE_ASK,
                    Leases.askName(epoch, id),
                    new LeaseQuestion.Ask(epoch, id, asker.installationId(), asker.serverName()));
            await(epoch, id);
        } finally {
            takeBack(Leases.askName(epoch, id));
            takeBack(Leases.answerName(epoch, id));
        }
    }

    private void await(long epoch, String id) throws DoppelException {
        String holder = lease(epoch).map(Lease::server).orElse("");
        long start = System.nanoTime();
        Duration waited = Duration.ZERO;
        while (waited.compareTo(patience.most()) < 0) {
            patience.progress().waited(holder, waited, patience.most());
            List<String> names = leases.names();
            Leases.Table table = Leases.table(names);
            if (table.top() > epoch || table.released().contains(epoch)) {
                return;
            }
            boolean answered = LeaseQuestion.among(names).stream()
                    .anyMatch(q -> q.answer() && q.epoch() == epoch && q.id().equals(id));
            if (answered) {
                checkAnswer(epoch, id);
            }
            pause();
            waited = Duration.ofNanos(System.nanoTime() - start);
        }
    }

    /** Fails if the answer is right; one that is not comes from nobody who holds the lease. */
    private void checkAnswer(long epoch, String id) throws DoppelException {
        String name = Leases.answerName(epoch, id);
        try {
            LeaseQuestion.Answer answer = store.read(Kind.LEASE_ANSWER, name, LeaseQuestion.Answer.class)
                    .value();
            boolean right = answer.epoch() == epoch
                    && id.equals(answer.id())
                    && lease(epoch).map(l -> l.nonce().equals(answer.nonce())).orElse(true);
            if (right) {
                throw new DoppelException(
                        VaultError.HOLDER_LIVES,
                        "Server '" + answer.server() + "' holds the vault and has just answered");
            }
        } catch (DoppelException e) {
            if (!Problems.isObjectFault(e)) {
                throw e;
            }
            LOG.warn("An answer of the vault's holder cannot be read: {}", e.getMessage());
        }
    }

    /** Empty if the lease cannot be read; then whoever has the keys is believed. */
    private Optional<Lease> lease(long epoch) throws DoppelException {
        try {
            return Optional.of(leases.lease(epoch));
        } catch (DoppelException e) {
            if (!Problems.isObjectFault(e)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private void pause() throws DoppelException {
        long end = System.nanoTime() + patience.pause().toNanos();
        for (long left = patience.pause().toNanos(); left > 0; left = end - System.nanoTime()) {
            cancel.check();
            try {
                TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(CANCEL_MILLIS)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DoppelException(CommonError.CANCELLED, "Waiting for the vault's holder was interrupted", e);
            }
        }
    }

    private void takeBack(String name) {
        try {
            store.io().delete(name);
        } catch (DoppelException e) {
            LOG.warn("'{}' stays until the vault's next holder deletes it: {}", name, e.getMessage());
        }
    }
}
