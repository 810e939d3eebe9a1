package io.doppel.tck;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A secret store in memory, for tests of plug-ins that need secrets. Safe for several threads. */
public final class MemorySecrets implements SecretStore {
    private final Map<SecretRef, char[]> values = new ConcurrentHashMap<>();
    private final Map<String, SecretRef> purposes = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger();

    @Override
    public SecretRef put(String purpose, char[] value) {
        SecretRef ref = putTemporary(purpose, value);
        purposes.put(purpose, ref);
        return ref;
    }

    @Override
    public SecretRef putTemporary(String purpose, char[] value) {
        SecretRef ref = new SecretRef("memory-" + next.incrementAndGet());
        values.put(ref, value.clone());
        return ref;
    }

    @Override
    public Optional<SecretRef> find(String purpose) {
        return Optional.ofNullable(purposes.get(purpose));
    }

    @Override
    public char[] get(SecretRef ref) throws DoppelException {
        char[] value = values.get(ref);
        if (value == null) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no secret '" + ref.id() + "'");
        }
        return value.clone();
    }

    @Override
    public void delete(SecretRef ref) {
        values.remove(ref);
        purposes.values().remove(ref);
    }

    /** How many secrets are kept; what a closed plug-in leaves behind shows here. */
    public int size() {
        return values.size();
    }
}
