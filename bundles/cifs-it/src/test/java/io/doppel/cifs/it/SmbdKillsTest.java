package io.doppel.cifs.it;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short {@code bundles/bench/smbd-storm}. */
class SmbdKillsTest {
    @TempDir
    private Path folder;

    @Test
    void whatWasReportedSurvivesKillsOfTheServer() throws Exception {
        System.out.println(SmbdStorm.run(folder, new Random(), 5, 24));
    }
}
