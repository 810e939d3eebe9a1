package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.StorageGrant;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives out the second account of the share. What it may do is what its rights on the share say: SMB has no credential for a part of a
 * share or for a time, so prefix and time are kept by whoever gets it, and {@code read-only} by the plug-in.
 */
final class Grants {
    private final Map<String, String> settings;
    private final SecretRef password;
    private final SecretStore secrets;

    /** @param settings of the storage with the second account's user in place of its own, without passwords */
    Grants(Map<String, String> settings, SecretRef password, SecretStore secrets) {
        this.settings = Map.copyOf(settings);
        this.password = password;
        this.secrets = secrets;
    }

    StorageGrant make(GrantScope scope, Duration timeToLive) throws DoppelException {
        char[] value = secrets.get(password);
        try {
            // A copy: the core deletes what was given out.
            SecretRef copy = secrets.putTemporary("cifs-grant", value);
            Map<String, String> given = new HashMap<>(settings);
            given.put(CifsStorageType.PASSWORD, copy.id());
            given.put(CifsStorageType.READ_ONLY, String.valueOf(!scope.put()));
            return new StorageGrant(
                    CifsStorageType.NAME,
                    given,
                    Map.of(CifsStorageType.PASSWORD, copy),
                    Instant.now().plus(timeToLive));
        } finally {
            Arrays.fill(value, '\0');
        }
    }
}
