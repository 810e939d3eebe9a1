package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The power of the machine behind the share fails: what its smbd did not sync is gone. */
class PowerCutTest {
    @TempDir
    private Path folder;

    @Test
    void whatWasReportedSurvivesPowerCutsOfTheServer() throws Exception {
        System.out.println(PowerCuts.run(folder, new Random(), 3, 8));
    }

    /** The test would notice if smbd were not asked to sync files, or the folders that name them. */
    @ParameterizedTest
    @ValueSource(strings = {"file:/v/*", "dir:/v/*"})
    void leavingOutTheSyncsIsNoticed(String syncs) throws Exception {
        try (PowerCuts cuts = new PowerCuts(folder, 4, List.of("--ignore-sync", syncs))) {
            cuts.rig.addVault();
            cuts.rig.stores();
            cuts.cutAndReturn();
            Throwable noticed = assertThrows(Throwable.class, cuts.rig::assertNextRunClean);
            assertTrue(noticed instanceof DoppelException || noticed instanceof AssertionError, noticed::toString);
        }
    }
}
