package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionManifest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.function.Executable;

/** Servers and versions for the tests of this package. */
final class Fixture {
    static final VaultOwner ALPHA = new VaultOwner("installation-alpha", "alpha");
    static final VaultOwner BETA = new VaultOwner("installation-beta", "beta");

    static final CancelToken NEVER = CancelToken.NEVER;

    private Fixture() {}

    static char[] none() {
        return new char[0];
    }

    static VaultMeta create(MapStorage storage, Path folder) throws DoppelException {
        return VaultMeta.create(storage, folder, ALPHA, "zstd", none());
    }

    static VaultMeta attach(MapStorage storage, Path folder) throws DoppelException {
        return VaultMeta.open(storage, folder, ALPHA, VaultAccess.ATTACH, none());
    }

    static VaultMeta open(MapStorage storage, Path folder, VaultOwner owner, VaultAccess mode, String unlock)
            throws DoppelException {
        return VaultMeta.open(storage, folder, owner, mode, unlock.toCharArray());
    }

    static VersionManifest version(long leaseEpoch) {
        return new VersionManifest(
                Digests.randomHex(32),
                leaseEpoch,
                Instant.parse("2026-11-21T04:00:00Z"),
                Instant.parse("2026-11-21T04:10:00.123Z"),
                new VersionManifest.Host("rack 1", "folder"),
                new VersionManifest.MachineName("m-1", "mail ü"),
                "crash",
                Map.of("cpus", "2"),
                List.of(new VersionManifest.Disk("0", "root", "raw", 1 << 20, null, 0)),
                List.of(new VersionManifest.Base("0", "backup", "installation-alpha", "token")),
                new VersionManifest.Stats(1 << 20, 0, 0, 0));
    }

    static String publish(VaultMeta meta) throws DoppelException {
        VersionManifest version = version(meta.leaseEpoch());
        meta.publish(HeadChange.adding(List.of(version), List.of("segment-" + version.id())));
        return version.id();
    }

    static DoppelException assertCode(ErrorCode code, Executable action) {
        DoppelException e = assertThrows(DoppelException.class, action);
        assertEquals(code.id(), e.code().id(), e.getMessage());
        return e;
    }
}
