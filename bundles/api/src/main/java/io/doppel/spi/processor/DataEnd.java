package io.doppel.spi.processor;

import io.doppel.spi.disk.DiskAccess;
import java.util.Objects;
import java.util.Optional;

/** One end of a transfer. Described, not opened: a remote processor opens it itself. */
public sealed interface DataEnd {
    /**
     * A disk that a transport opens.
     *
     * @param access how
     */
    record Disk(DiskAccess access) implements DataEnd {
        /** Checks the part. */
        public Disk {
            Objects.requireNonNull(access);
        }
    }

    /**
     * A disk of a version in a vault, as a source.
     *
     * @param vaultId the vault's own id
     * @param versionId the version
     * @param diskKey the disk
     * @param skipDamaged whether what cannot be read is left out, so that the sink gets zeros there, and told in the result; otherwise
     *     the transfer fails with it
     */
    record VersionDisk(String vaultId, String versionId, String diskKey, boolean skipDamaged) implements DataEnd {
        /** Checks the parts. */
        public VersionDisk {
            Objects.requireNonNull(vaultId);
            Objects.requireNonNull(versionId);
            Objects.requireNonNull(diskKey);
        }

        /** A disk that has to be read as a whole. */
        public VersionDisk(String vaultId, String versionId, String diskKey) {
            this(vaultId, versionId, diskKey, false);
        }
    }

    /**
     * A vault's write session, as a sink.
     *
     * @param vaultId the vault's own id
     * @param sessionId the session that the core opened
     * @param baseVersionId version against which the source's changes are given, if they are
     */
    record VaultSession(String vaultId, String sessionId, Optional<String> baseVersionId) implements DataEnd {
        /** Checks the parts. */
        public VaultSession {
            Objects.requireNonNull(vaultId);
            Objects.requireNonNull(sessionId);
            Objects.requireNonNull(baseVersionId);
        }
    }
}
