package io.doppel.vault.internal.meta;

import io.doppel.vault.VersionManifest;
import java.time.Instant;

/**
 * A version as a head lists it.
 *
 * @param id 32 hex digits
 * @param host name of its host
 * @param machineId its machine's id on that host
 * @param takenAt when the state was taken
 */
public record HeadVersion(String id, String host, String machineId, Instant takenAt) {
    static HeadVersion of(VersionManifest v) {
        return new HeadVersion(v.id(), v.host().name(), v.machine().id(), v.takenAt());
    }
}
