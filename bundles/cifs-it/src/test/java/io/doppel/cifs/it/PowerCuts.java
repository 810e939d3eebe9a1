package io.doppel.cifs.it;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.tck.PowerCutDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A share on a disk whose power is cut during backups. */
final class PowerCuts implements AutoCloseable {
    final Rig rig;
    private final Path store;
    private final Path mountPoint;
    private PowerCutDisk disk;

    /**
     * Mounts the disk and starts the servers.
     *
     * @param mib size of the machine's disk
     * @param options of the power-cut layer, until the first cut
     */
    PowerCuts(Path folder, int mib, List<String> options) throws Exception {
        store = folder.resolve("disk");
        mountPoint = folder.resolve("nas");
        disk = new PowerCutDisk(mountPoint, store, options);
        boolean done = false;
        try {
            rig = new Rig(folder, mib, mountPoint, UnaryOperator.identity());
            done = true;
        } finally {
            if (!done) {
                disk.close();
            }
        }
    }

    /**
     * Cuts the power at random acknowledgements of backups; every other into an empty vault. After each cut everything that was reported
     * must be there, and the next run must be clean.
     *
     * @param cuts how many
     * @param mib size of the machine's disk
     * @return what happened, in one line
     */
    static String run(Path folder, Random random, int cuts, int mib) throws Exception {
        int interrupted = 0;
        int compared = 0;
        try (PowerCuts storm = new PowerCuts(folder, mib, List.of())) {
            Rig rig = storm.rig;
            rig.addVault();
            int mark = storm.disk.acknowledged();
            rig.stores();
            int each = storm.disk.acknowledged() - mark;
            for (int i = 0; i < cuts; i++) {
                if (i % 2 == 1) {
                    rig.addNextVault("v" + i);
                }
                rig.machine.rewrite();
                storm.disk.cut(1 + random.nextInt(each));
                // smbd says about a disk that died whatever it thinks fit, also that access is denied.
                JobRun run = rig.attempt().ended();
                interrupted += run.state() == JobState.FAILED ? 1 : 0;
                // Every third disk keeps a random part of what was not synced, as real ones do.
                List<String> options = i % 3 == 1
                        ? List.of("--partial", "--seed", Integer.toString(random.nextInt(1 << 30)))
                        : List.of();
                storm.cutAndReturn(options);
                int before = rig.promises.compared();
                rig.assertNextRunClean();
                rig.assertAllWell();
                compared += rig.promises.compared() - before;
                System.out.println((i + 1) + " cuts, " + interrupted + " runs interrupted");
            }
        }
        return cuts + " power cuts, " + interrupted + " runs interrupted, " + compared
                + " versions compared, no violation";
    }

    /** Cuts the power now if it was not, and lets the machine behind the share come back with what its disk still has. */
    void cutAndReturn() throws Exception {
        cutAndReturn(List.of());
    }

    private void cutAndReturn(List<String> options) throws Exception {
        disk.cut(0);
        rig.samba.kill();
        disk.close();
        disk = new PowerCutDisk(mountPoint, store, new ArrayList<>(options));
        rig.samba.start();
        // The layer numbers its folders anew, so our server would take the vault's for another one, as it must.
        rig.restartServer();
    }

    @Override
    public void close() throws Exception {
        try {
            rig.close();
        } finally {
            disk.close();
        }
    }
}
