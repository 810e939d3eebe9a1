package io.doppel.cifs.it;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** smbd is killed at random moments of backups, and comes back after random pauses. */
final class SmbdStorm {
    private static final int LONGEST_DELAY_MILLIS = 20;
    private static final int LONGEST_PAUSE_MILLIS = 2000;

    private final Rig rig;
    private final Random random;
    private final Map<String, Integer> ends = new TreeMap<>();
    private int calls;
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

    /** How many storage operations a run has that nothing happens to. */
    private void measure() throws Exception {
        rig.stores();
        rig.machine.rewrite();
        int before = rig.shares.calls();
        rig.stores();
        calls = rig.shares.calls() - before;
    }

    private void round() throws Exception {
        if ((killed + late) % 2 == 1) {
            compare();
            rig.addNextVault("v" + (killed + late));
        }
        rig.machine.rewrite();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch dead = new CountDownLatch(1);
        int delay = random.nextInt(LONGEST_DELAY_MILLIS);
        rig.shares.before(WatchedShares.ANY, 1 + random.nextInt(calls), () -> {
            begun.countDown();
            // Into the middle of what other threads do.
            TimeUnit.MILLISECONDS.sleep(delay);
            rig.samba.kill();
            dead.countDown();
        });
        Rig.Attempt attempt = rig.attempt();
        boolean under = false;
        while (!under && rig.server.core.jobs().run(attempt.run().id()).ended().isEmpty()) {
            under = begun.await(10, TimeUnit.MILLISECONDS);
        }
        rig.shares.never();
        under |= begun.getCount() == 0;
        if (under) {
            dead.await();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
            rig.samba.start();
        }
        JobRun run = attempt.endedWellOrRetryable();
        if (under) {
            killed++;
            ends.merge(run.state() == JobState.FAILED ? run.errorCode() : "well", 1, Integer::sum);
        } else {
            late++;
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
