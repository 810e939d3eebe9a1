package io.doppel.core.internal.recovery;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The secrets that a storage plug-in sees while a vault is looked at that is not known here. What was given for that is forgotten afterwards. What
 * the plug-in keeps for itself, such as the key to which an offsite module has bound a code, stays on this server, since the next attempt
 * needs it again, and goes into the state that is recovered. Safe for several threads.
 */
final class LookSecrets implements SecretStore {
    private final SecretStore given;
    private final SecretStore own;
    /** Of the plug-in's own, by purpose. */
    private final Map<String, SecretRef> used = new LinkedHashMap<>();

    /**
     * For one look.
     *
     * @param given has what a person gave
     * @param own this server's
     */
    LookSecrets(SecretStore given, SecretStore own) {
        this.given = given;
        this.own = own;
    }

    @Override
    public synchronized SecretRef put(String purpose, char[] value) throws DoppelException {
        SecretRef ref = own.put(purpose, value);
        used.put(purpose, ref);
        return ref;
    }

    @Override
    public SecretRef putTemporary(String purpose, char[] value) throws DoppelException {
        return given.putTemporary(purpose, value);
    }

    @Override
    public char[] get(SecretRef ref) throws DoppelException {
        return of(ref).get(ref);
    }

    @Override
    public synchronized Optional<SecretRef> find(String purpose) throws DoppelException {
        Optional<SecretRef> found = own.find(purpose);
        found.ifPresent(ref -> used.put(purpose, ref));
        return found;
    }

    @Override
    public synchronized void delete(SecretRef ref) throws DoppelException {
        of(ref).delete(ref);
        used.values().remove(ref);
    }

    private synchronized SecretStore of(SecretRef ref) {
        return used.containsValue(ref) ? own : given;
    }

    /** Gives what the plug-in keeps for itself to another store, in place of what that has for the same purposes: this is what the target knows. */
    synchronized void carryTo(SecretStore other) throws DoppelException {
        for (Map.Entry<String, SecretRef> one : used.entrySet()) {
            char[] value = own.get(one.getValue());
            try {
                Optional<SecretRef> old = other.find(one.getKey());
                other.put(one.getKey(), value);
                if (old.isPresent()) {
                    other.delete(old.get());
                }
            } finally {
                Arrays.fill(value, '\0');
            }
        }
    }
}
