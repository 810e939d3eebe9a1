package io.doppel.api.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import java.util.Map;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Tries out storage targets before, or while, vaults are kept there. A test takes about ten seconds on a local network and never more than
 * two minutes; it works below an own prefix that vaults pass over and removes what it put, after a failure and a cancellation too. What a test
 * left that was killed with its server is removed by that server's next test of the target. Safe for several threads.
 */
@ProviderType
public interface StorageTestService {
    /**
     * Tests a target that no vault is known at: opens it as {@link VaultService#addVault} would, keeps nothing of the settings.
     *
     * @param type storage type
     * @param settings settings of the type as text, secrets in clear
     * @param readOnly whether the target is only to be read: then nothing is put, and that nothing can be put is no failure
     * @param begun told what is tried next, in a few words, before it is tried; on any thread, must return soon
     * @return what was found, also where the target is not fit for a vault
     * @throws DoppelException if the target cannot be opened, with the storage's own code; the reason to stop, at once
     */
    StorageTestView testStorage(
            String type, Map<String, String> settings, boolean readOnly, Consumer<String> begun, CancelToken cancel)
            throws DoppelException;

    /**
     * Tests the target of a vault, beside whatever else goes on there, over connections of its own. A vault that is attached for reading only is
     * tested for reading only.
     *
     * @param vault name of the vault
     * @param begun as in {@link #testStorage}
     * @throws DoppelException as {@link #testStorage}
     */
    StorageTestView testVault(String vault, Consumer<String> begun, CancelToken cancel) throws DoppelException;
}
