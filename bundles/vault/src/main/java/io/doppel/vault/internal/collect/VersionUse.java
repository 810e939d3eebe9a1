package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Which versions are in use, so that none is removed meanwhile; none comes into use while it is being removed. Safe for several threads. */
public final class VersionUse {
    private final Map<String, Integer> users = new HashMap<>();
    private final Set<String> leaving = new HashSet<>();

    /** A use; ended once. */
    public interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Begins to use a version; whoever asks looks only then whether it is there.
     *
     * @throws DoppelException {@link VaultError#NO_VERSION} if it is being removed
     */
    public synchronized Use begin(String version) throws DoppelException {
        if (leaving.contains(version)) {
            throw new DoppelException(VaultError.NO_VERSION, "Version '" + version + "' is being removed");
        }
        users.merge(version, 1, Integer::sum);
        AtomicBoolean ended = new AtomicBoolean();
        return () -> {
            if (!ended.getAndSet(true)) {
                end(version);
            }
        };
    }

    private synchronized void end(String version) {
        users.computeIfPresent(version, (v, n) -> n == 1 ? null : n - 1);
    }

    /**
     * Begins to remove versions.
     *
     * @throws DoppelException {@link VaultError#IN_USE} if one of them is in use; nothing has changed then
     */
    public synchronized void leave(Collection<String> versions) throws DoppelException {
        for (String version : versions) {
            if (users.containsKey(version)) {
                throw new DoppelException(
                        VaultError.IN_USE, "A backup or restore that is under way needs version '" + version + "'");
            }
        }
        leaving.addAll(versions);
    }

    /** They are removed, or surely stay. */
    public synchronized void decided(Collection<String> versions) {
        leaving.removeAll(Set.copyOf(versions));
    }
}
