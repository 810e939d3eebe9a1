package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.util.Optional;
import java.util.function.Consumer;

/** Compares the newest head with the newest that this server ever saw, which it remembers. */
final class RollbackGuard {
    private final LocalState local;
    private final Heads heads;
    private final String vaultId;
    private final Consumer<String> warnings;

    /**
     * A guard.
     *
     * @param warnings takes what is wrong but accepted; the same may come more than once
     */
    RollbackGuard(LocalState local, Heads heads, String vaultId, Consumer<String> warnings) {
        this.local = local;
        this.heads = heads;
        this.vaultId = vaultId;
        this.warnings = warnings;
    }

    /** {@code ROLLED_BACK} if the vault is older than what was seen, unless it is taken over. */
    void check(Heads.Newest found, VaultAccess access) throws DoppelException {
        Optional<LocalState.Seen> known;
        try {
            known = local.seen(vaultId);
        } catch (DoppelException e) {
            if (access == VaultAccess.ATTACH) {
                throw e;
            }
            warnings.accept(e.what());
            return;
        }
        if (known.isEmpty() || known.get().generation() == 0) {
            return;
        }
        Optional<String> conflict = conflict(found, known.get());
        if (conflict.isPresent()) {
            if (access != VaultAccess.TAKE_OVER) {
                throw new DoppelException(VaultError.ROLLED_BACK, conflict.get());
            }
            warnings.accept(conflict.get());
        }
    }

    private Optional<String> conflict(Heads.Newest found, LocalState.Seen seen) throws DoppelException {
        long generation = found.head().generation();
        String name = Heads.name(seen.generation());
        if (generation < seen.generation()) {
            return Optional.of("This server saw '" + name + "', but the vault's newest head now is "
                    + (generation == 0 ? "none" : "'" + Heads.name(generation) + "'"));
        }
        Optional<String> sha256 =
                generation == seen.generation() ? Optional.of(found.sha256()) : heads.hashOf(seen.generation());
        return sha256.filter(hash -> !hash.equals(seen.sha256()))
                .map(hash -> "'" + name + "' is not the object that this server saw under that name");
    }

    /** What is seen while a lease has not closed the epochs before may still become void; only the rest is remembered. */
    void rememberSettled(Heads.Newest newest, VaultAccess access) throws DoppelException {
        if (newest.settled()) {
            try {
                remember(newest);
            } catch (DoppelException e) {
                if (access == VaultAccess.ATTACH) {
                    throw e;
                }
                warnings.accept(e.what());
            }
        }
    }

    void remember(Heads.Newest seen) throws DoppelException {
        local.remember(new LocalState.Seen(vaultId, seen.head().generation(), seen.sha256()));
    }
}
