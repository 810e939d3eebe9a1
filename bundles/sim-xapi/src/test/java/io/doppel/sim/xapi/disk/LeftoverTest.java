package io.doppel.sim.xapi.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.sim.xapi.Disks.NbdExport;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs end with the process that started them, also when that one is killed. */
class LeftoverTest {
    @TempDir
    private Path folder;

    @Test
    void aKilledProcessLeavesNoProgramsAndNoMounts() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), Holder.class.getName(), folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader()) {
            assertEquals("ready", said.readLine());
            assertTrue(mounted());
            List<ProcessHandle> programs = process.descendants().toList();
            assertTrue(programs.size() >= 4, programs.size() + " programs");
            process.destroyForcibly().waitFor();
            for (ProcessHandle program : programs) {
                awaitEnd(program.pid());
            }
        }
        assertFalse(mounted());
    }

    private static void awaitEnd(long pid) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (runs(pid)) {
            assertTrue(System.nanoTime() < end, () -> "program " + pid + " runs on");
            Thread.sleep(3);
        }
    }

    /** A program that has ended stays as a zombie where the first process of a container collects no orphans. */
    private static boolean runs(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private boolean mounted() throws IOException {
        return Files.readString(Path.of("/proc/self/mounts")).contains(folder.toString());
    }

    /** The process that is killed: it has a disk open and serves another. */
    static final class Holder {
        private Holder() {}

        @SuppressWarnings("resource")
        public static void main(String[] args) throws Exception {
            DiskStore store = new DiskStore(Path.of(args[0]));
            store.create("open", 1 << 20);
            store.create("served", 1 << 20);
            store.open("open");
            store.serve(new NbdExport("served", "/x", "127.0.0.1", Optional.empty()));
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
