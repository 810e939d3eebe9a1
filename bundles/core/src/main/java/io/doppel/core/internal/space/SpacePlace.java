package io.doppel.core.internal.space;

import io.doppel.api.error.DoppelException;
import io.doppel.api.space.SpaceView.Kind;
import io.doppel.core.SpaceError;
import io.doppel.spi.storage.StorageSpace;
import java.util.Optional;

/**
 * Where something is stored.
 *
 * @param name as people type it
 * @param key under which its limits are kept; does not change when a vault gets another name
 * @param kind what it is
 * @param where folder or storage type
 * @param words what it is, at the beginning of a sentence
 * @param meter measures it
 */
record SpacePlace(String name, String key, Kind kind, String where, String words, Meter meter) {
    /** Measures a place. */
    interface Meter {
        /** Its space; empty if it does not tell. */
        Optional<StorageSpace> space() throws DoppelException;
    }

    /** The code under which jobs are refused. */
    SpaceError refusal() {
        return switch (kind) {
            case VAULT -> SpaceError.STORE;
            case CATALOGUE -> SpaceError.CATALOGUE;
            case CACHE -> SpaceError.CACHE;
        };
    }
}
