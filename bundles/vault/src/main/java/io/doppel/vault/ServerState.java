package io.doppel.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.StateOfServer;
import java.nio.file.Path;
import java.util.Optional;

/** What a server keeps of a vault in a folder of its own, for who makes a lost server again. */
public final class ServerState {
    private ServerState() {}

    /**
     * The server's key file of a vault, in an array that the caller clears; empty if there is none.
     *
     * @param stateDir the folder as for {@link Vault#open}
     */
    public static Optional<byte[]> keyFile(Path stateDir) throws DoppelException {
        return StateOfServer.keyFile(stateDir);
    }

    /**
     * Makes the folder of a server that was recovered: it opens the vault with the lost server's key file and, once, follows that server's
     * lease.
     *
     * @param keyFile as {@link #keyFile} gave it; empty for a vault that this server has no key file of
     */
    public static void succeed(Path stateDir, String vaultId, Optional<byte[]> keyFile) throws DoppelException {
        StateOfServer.succeed(stateDir, vaultId, keyFile);
    }
}
