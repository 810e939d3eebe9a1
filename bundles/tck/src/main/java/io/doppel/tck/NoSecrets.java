package io.doppel.tck;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import java.util.Optional;

/** A secret store that holds nothing, for plug-ins that need no secrets. */
public final class NoSecrets implements SecretStore {
    @Override
    public SecretRef put(String purpose, char[] value) throws DoppelException {
        throw new DoppelException(CommonError.UNSUPPORTED, "This store keeps no secrets");
    }

    @Override
    public SecretRef putTemporary(String purpose, char[] value) throws DoppelException {
        return put(purpose, value);
    }

    @Override
    public char[] get(SecretRef ref) throws DoppelException {
        throw new DoppelException(CommonError.NOT_FOUND, "There is no secret '" + ref.id() + "'");
    }

    @Override
    public Optional<SecretRef> find(String purpose) {
        return Optional.empty();
    }

    @Override
    public void delete(SecretRef ref) {
        // Forgetting an unknown secret does nothing.
    }
}
