package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Taking the lease (docs/vault-format.md §10). */
final class LeaseHolding {
    /** Rounds of others putting the next lease first, after which we give up. */
    private static final int ROUNDS = 16;

    private static final int NONCE_DIGITS = 32;

    private final Leases leases;
    private final Reserve reserve;
    private final LocalState local;
    private final String vaultId;
    private final VaultOwner owner;
    private final boolean takeOver;
    private final Consumer<String> warnings;

    LeaseHolding(
            Leases leases,
            Reserve reserve,
            LocalState local,
            String vaultId,
            VaultOwner owner,
            boolean takeOver,
            Consumer<String> warnings) {
        this.leases = leases;
        this.reserve = reserve;
        this.local = local;
        this.vaultId = vaultId;
        this.owner = owner;
        this.takeOver = takeOver;
        this.warnings = warnings;
    }

    /**
     * A lease that was put.
     *
     * @param epoch its epoch
     * @param nonce its nonce
     * @param unclean whether the holder before did not release its own
     */
    record Held(long epoch, String nonce, boolean unclean) {}

    /** Puts the next lease if we may. */
    Held take() throws DoppelException {
        for (int round = 1; ; round++) {
            Leases.Table table = leases.table();
            LocalState.KeptLeases kept = kept();
            requireNotReplaced(table, kept);
            boolean unclean = !mayFollow(table, kept);
            long epoch = table.top() + 1;
            String nonce = kept.find(epoch).map(LocalState.KeptLease::nonce).orElse(Digests.randomHex(NONCE_DIGITS));
            LocalState.KeptLease ours = new LocalState.KeptLease(epoch, nonce);
            local.keep(withPredecessor(kept, ours));
            Lease lease =
                    new Lease(epoch, owner.installationId(), owner.serverName(), nonce, Instant.now(), owner.life());
            try {
                reserve.withRoom(() -> leases.put(lease));
            } catch (DoppelException e) {
                if (!e.is(StorageError.EXISTS) || round == ROUNDS) {
                    throw e;
                }
                continue;
            }
            local.keep(new LocalState.KeptLeases(vaultId, List.of(ours)));
            local.forgetSuccession();
            return new Held(epoch, nonce, unclean);
        }
    }

    private LocalState.KeptLeases kept() throws DoppelException {
        try {
            return local.leases(vaultId);
        } catch (DoppelException e) {
            if (takeOver && e.is(VaultError.LOCAL_STATE)) {
                warnings.accept(e.what());
                return new LocalState.KeptLeases(vaultId, List.of());
            }
            throw e;
        }
    }

    private LocalState.KeptLeases withPredecessor(LocalState.KeptLeases kept, LocalState.KeptLease ours) {
        List<LocalState.KeptLease> both = new ArrayList<>();
        kept.find(ours.epoch() - 1).ifPresent(both::add);
        both.add(ours);
        return new LocalState.KeptLeases(vaultId, both);
    }

    /** Fails if this installation went on elsewhere since our last lease: a server that was recovered from a copy has it. */
    private void requireNotReplaced(Leases.Table table, LocalState.KeptLeases kept) throws DoppelException {
        if (takeOver || kept.leases().isEmpty()) {
            return; // a person says so, or we never held it: then nothing tells who came first
        }
        long ours = kept.leases().stream()
                .mapToLong(LocalState.KeptLease::epoch)
                .min()
                .orElseThrow();
        for (long epoch : table.taken().tailSet(ours, false)) {
            Optional<Lease> lease = readable(epoch).filter(this::isOfOtherLife);
            if (lease.isPresent()) {
                throw new DoppelException(
                        VaultError.REPLACED,
                        "Server '" + lease.get().server()
                                + "', which was recovered from a copy of this one, took over the vault at "
                                + lease.get().since());
            }
        }
    }

    private boolean isOfOtherLife(Lease lease) {
        return lease.installation().equals(owner.installationId())
                && !lease.life().equals(owner.life());
    }

    /** A lease below the newest keeps nobody from opening if it is damaged, and goes when it is old. */
    private Optional<Lease> readable(long epoch) throws DoppelException {
        try {
            return Optional.of(leases.lease(epoch));
        } catch (DoppelException e) {
            if (!Problems.isObjectFault(e)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Whether the newest lease was released; {@code HELD} if it was not and nothing allows us to follow it. */
    private boolean mayFollow(Leases.Table table, LocalState.KeptLeases kept) throws DoppelException {
        long top = table.top();
        if (top == 0) {
            return true;
        }
        try {
            Lease lease = leases.lease(top);
            if (table.released().contains(top) && leases.release(top).nonce().equals(lease.nonce())) {
                return true;
            }
            boolean own = owner.installationId().equals(lease.installation())
                    && kept.find(top).map(LocalState.KeptLease::nonce).equals(Optional.of(lease.nonce()));
            boolean succeeded = owner.installationId().equals(lease.installation()) && local.succeeds(vaultId);
            if (!own && !succeeded && !takeOver) {
                throw new DoppelException(
                        VaultError.HELD, "The vault is held by server '" + lease.server() + "' since " + lease.since());
            }
        } catch (DoppelException e) {
            if (!takeOver || !Problems.isObjectFault(e)) {
                throw e;
            }
            warnings.accept(e.what());
        }
        return false;
    }
}
