package io.doppel.cifs.it;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Not one of the tests that always run: {@code bundles/bench/smbd-storm} starts it. */
@Timeout(value = 12, unit = TimeUnit.HOURS)
class LongStorm {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void storm() throws Exception {
        int rounds = Integer.getInteger("doppel.rounds");
        int mib = Integer.getInteger("doppel.size", 64);
        long seed = Long.getLong("doppel.seed", new Random().nextLong());
        System.out.println("seed " + seed + ", in " + folder);
        boolean cuts = System.getProperty("doppel.storm").equals("cuts");
        System.out.println(
                cuts
                        ? PowerCuts.run(folder, new Random(seed), rounds, mib)
                        : SmbdStorm.run(folder, new Random(seed), rounds, mib));
    }
}
