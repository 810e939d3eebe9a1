package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import java.util.Optional;

/** Stands for the secret store where there is none: while certificates are looked at, before anything is confirmed. */
enum NoPassword implements SecretStore {
    STORE;

    private static DoppelException none() {
        return new DoppelException(CommonError.UNSUPPORTED, "No password is sent while certificates are looked at");
    }

    @Override
    public SecretRef put(String purpose, char[] value) throws DoppelException {
        throw none();
    }

    @Override
    public SecretRef putTemporary(String purpose, char[] value) throws DoppelException {
        throw none();
    }

    @Override
    public char[] get(SecretRef ref) throws DoppelException {
        throw none();
    }

    @Override
    public Optional<SecretRef> find(String purpose) {
        return Optional.empty();
    }

    @Override
    public void delete(SecretRef ref) {
        // There is none.
    }
}
