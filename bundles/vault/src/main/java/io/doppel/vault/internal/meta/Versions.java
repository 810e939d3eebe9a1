package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/** The objects under {@code versions/}; the last ones read are kept. Safe for several threads. */
final class Versions {
    static final String FOLDER = "versions";
    private static final int CACHED = 64;

    private final SealedStore store;
    private final Map<String, VersionManifest> cache = new LinkedHashMap<>(CACHED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, VersionManifest> eldest) {
            return size() > CACHED;
        }
    };

    Versions(SealedStore store) {
        this.store = store;
    }

    static boolean isId(String id) {
        return id.matches("[0-9a-f]{32}");
    }

    static String name(String id) {
        return FOLDER + "/" + id.substring(id.length() - 2) + "/" + id;
    }

    VersionManifest get(String id) throws DoppelException {
        synchronized (cache) {
            VersionManifest cached = cache.get(id);
            if (cached != null) {
                return cached;
            }
        }
        VersionManifest version = read(id);
        synchronized (cache) {
            cache.put(id, version);
        }
        return version;
    }

    /** Reads past the cache. */
    VersionManifest read(String id) throws DoppelException {
        VersionManifest version =
                store.read(Kind.VERSION, name(id), VersionManifest.class).value();
        if (!id.equals(version.id())) {
            throw Problems.damaged(name(id), "it is version " + version.id());
        }
        return version;
    }

    void delete(String id) throws DoppelException {
        synchronized (cache) {
            cache.remove(id);
        }
        store.io().delete(name(id));
    }

    void put(VersionManifest version) throws DoppelException {
        store.put(Kind.VERSION, name(version.id()), version);
    }
}
