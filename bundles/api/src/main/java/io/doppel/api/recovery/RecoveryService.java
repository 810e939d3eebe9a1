package io.doppel.api.recovery;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Recovery copies and recovery (docs/recovery.md). Safe for several threads; one recovery goes on at a time. */
@ProviderType
public interface RecoveryService {
    /** How it is with the copies in each vault that is attached for writing, by name of the vault. Asks no vault. */
    List<RecoveryStatus> status() throws DoppelException;

    /**
     * Puts a copy into a vault now.
     *
     * @return how it is with that vault now
     * @throws DoppelException if it cannot be put
     */
    RecoveryStatus copyNow(String vault) throws DoppelException;

    /**
     * The copies in a vault that need not be known here; changes nothing there or here.
     *
     * @return the newest first, also those that cannot be read
     */
    List<RecoveryCopy> copies(RecoverySource source) throws DoppelException;

    /**
     * Makes this installation the one of a copy, takes over the vault that it is in, and starts the services anew with what was brought
     * back. All or nothing: whatever fails, also by a crash, before that begins leaves this installation as it was.
     *
     * @param progress told of what is done, on the caller's thread
     * @throws DoppelException if the installation is not empty, a server that holds one of the vaults lives, there is no whole copy, the
     *     vault's failures, or {@code CommonError.CANCELLED}
     */
    RecoveryReport recover(RecoveryRequest request, RecoveryProgress progress, CancelToken cancel)
            throws DoppelException;
}
