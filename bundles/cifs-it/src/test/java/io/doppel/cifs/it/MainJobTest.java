package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.vault.VersionView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backups, restores and validation with the vault on a share, at the dialects that are supported. */
class MainJobTest {
    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "SMB2_10, false, SMB2_10, -",
        "SMB3_00, true, SMB3_00, AES-128-CCM",
        "SMB3_11, false, SMB3_11, -",
        "SMB3_11, true, SMB3_11, AES-"
    })
    void storesTwiceRestoresBothAndValidates(String newest, String encryption, String dialect, String cipher)
            throws Exception {
        try (Rig rig = new Rig(folder, 12, folder.resolve("nas"), smbd -> smbd.protocols("SMB2_10", newest))) {
            rig.addVault(Map.of("encryption", encryption));
            String first = Digest.of(rig.machine.image);
            String full = rig.stores();
            rig.machine.change();
            String second = Digest.of(rig.machine.image);
            String incremental = rig.stores();
            assertNegotiated(rig, dialect, cipher);

            List<VersionView> versions = rig.server.core.vaults().versions(Optional.of(rig.vault), Optional.empty());
            assertEquals(
                    List.of(incremental, full),
                    versions.stream().map(VersionView::id).toList());
            assertTrue(
                    versions.get(0).storedBytes() < 4 << 20,
                    "incremental stored " + versions.get(0).storedBytes());

            rig.assertAllWell();
            rig.restartServer();
            rig.server.restore(full, "first");
            rig.server.restore(incremental, "second");
            assertEquals(first, Digest.of(rig.machines.resolve("first/disk.img")));
            assertEquals(second, Digest.of(rig.machines.resolve("second/disk.img")));
            rig.assertNextRunClean();
        }
    }

    /** By what smbd says, not by what our client believes. The cipher is "-" where there shall be none. */
    private static void assertNegotiated(Rig rig, String dialect, String cipher) throws Exception {
        String sessions = rig.samba.sessions();
        List<String> ours =
                sessions.lines().filter(l -> l.contains(Rig.ADDRESS)).toList();
        assertTrue(!ours.isEmpty(), sessions);
        for (String session : ours) {
            // ends with: protocol version, encryption, signing; "partial(…)" as the session's first messages cannot be
            // encrypted
            String[] columns = session.trim().split(" +");
            String encryption = columns[columns.length - 2];
            assertEquals(dialect, columns[columns.length - 3], sessions);
            assertTrue(cipher.equals("-") ? encryption.equals("-") : encryption.contains(cipher), sessions);
        }
    }
}
