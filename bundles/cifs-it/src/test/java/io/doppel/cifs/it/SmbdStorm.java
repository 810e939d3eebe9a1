package io.doppel.cifs.it;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** smbd is killed at random moments of backups, and comes back after random pauses. */
final class SmbdStorm {
    private static final int LONGEST_PAUSE_MILLIS = 2000;

    private final Rig rig;
    private final Random random;
    private final Map<String, Integer> ends = new TreeMap<>();
    private long nanos;
    private int killed;
    private int late;
    private int compared;

    private SmbdStorm(Rig rig, Random random) {
        this.rig = rig;
        this.random = random;
    }

    /**
     * Runs it. Every other round begins with an empty vault, so that the kill falls into the first full; the others go on with the vault of
     * the round before. After each kill everything that was reported must be there, and the next run must be clean.
     *
     * @param kills how many
     * @param mib size of the machine's disk
     * @return what happened, in one line
     */
    static String run(Path folder, Random random, int kills, int mib) throws Exception {
        try (Rig rig = new Rig(folder, mib)) {
            SmbdStorm storm = new SmbdStorm(rig, random);
            rig.addVault();
            storm.measure();
            while (storm.killed < kills) {
                storm.round();
            }
            storm.compare();
            return kills + " kills, " + storm.late + " more runs ended before theirs; runs ended " + storm.ends + ", "
                    + storm.compared + " versions compared, no violation";
        }
    }

    /** How long a run takes that nothing happens to; the first one takes longer. */
    private void measure() throws Exception {
        rig.stores();
        rig.machine.rewrite();
        long start = System.nanoTime();
        rig.stores();
        nanos = System.nanoTime() - start;
    }

    private void round() throws Exception {
        if ((killed + late) % 2 == 1) {
            compare();
            rig.addNextVault("v" + (killed + late));
        }
        rig.machine.rewrite();
        Rig.Attempt attempt = rig.attempt();
        TimeUnit.NANOSECONDS.sleep((long) (random.nextDouble() * nanos));
        rig.samba.kill();
        boolean under = rig.server.core.jobs().run(attempt.run().id()).ended().isEmpty();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
        rig.samba.start();
        JobRun run = attempt.endedWellOrRetryable();
        if (under) {
            killed++;
            ends.merge(run.state() == JobState.FAILED ? run.errorCode() : "well", 1, Integer::sum);
        } else {
            late++;
            nanos = nanos * 9 / 10;
        }
        rig.assertNextRunClean();
        System.out.println(killed + " kills, " + late + " too late, " + ends);
    }

    /** What was done on one vault. */
    private void compare() throws Exception {
        rig.assertAllWell();
        compared += rig.promises.compared();
    }
}
