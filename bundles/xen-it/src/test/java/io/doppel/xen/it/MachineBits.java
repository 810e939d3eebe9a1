package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What is on the disks of machines. */
final class MachineBits {
    private MachineBits() {}

    /** Asserts that a machine's disks are, byte by byte, those that were copied at a snapshot. */
    static void assertSame(TestPool.Oracle oracle, TestPool pool, String vm) throws Exception {
        Map<String, String> disks = pool.disksOf(vm);
        assertEquals(oracle.files().keySet(), disks.keySet());
        for (Map.Entry<String, Path> disk : oracle.files().entrySet()) {
            Path copy = pool.copy(disks.get(disk.getKey()));
            assertEquals(-1, Files.mismatch(disk.getValue(), copy), "disk " + disk.getKey());
        }
    }
}
