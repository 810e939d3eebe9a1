package io.doppel.api.secret;

import io.doppel.api.error.DoppelException;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps secrets encrypted on the server, under a key file that only the server's user can read. Safe for use by several
 * threads. Every change is durable on return.
 */
@ProviderType
public interface SecretStore {
    /**
     * Keeps a secret.
     *
     * @param purpose what it is for, shown in listings, for example {@code host/pool1/password}; no secret in it
     * @param value the secret; the caller clears its array afterwards
     */
    SecretRef put(String purpose, char[] value) throws DoppelException;

    /**
     * Keeps a secret in memory only, for what lives no longer than a connection, such as a session's id; it is gone when
     * the server stops.
     *
     * @param purpose as in {@link #put}
     * @param value the secret; the caller clears its array afterwards
     */
    SecretRef putTemporary(String purpose, char[] value) throws DoppelException;

    /**
     * The secret's value in a new array, which the caller clears after use.
     *
     * @throws DoppelException if it is unknown or the store cannot be read
     */
    char[] get(SecretRef ref) throws DoppelException;

    /**
     * The secret that was kept for a purpose, for what a plug-in makes by itself and needs again, such as a key of its own;
     * one of them if there are several, and none that is temporary.
     *
     * @param purpose exactly as given to {@link #put}
     */
    Optional<SecretRef> find(String purpose) throws DoppelException;

    /** Forgets a secret; forgetting an unknown one does nothing. */
    void delete(SecretRef ref) throws DoppelException;
}
