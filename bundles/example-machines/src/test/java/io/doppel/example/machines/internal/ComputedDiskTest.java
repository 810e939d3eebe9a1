package io.doppel.example.machines.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ComputedDiskTest {
    @Test
    void anyReadGivesTheBytesOfTheWhole() throws Exception {
        byte[] whole = bytes(new ComputedDisk(7, 3_000_001, 0), 0, 3_000_001);
        for (int at : new int[] {0, 1, 7, 524_287, 524_289, 1_048_571, 2_999_990}) {
            byte[] part = bytes(new ComputedDisk(7, 3_000_001, 0), at, 11);
            assertEquals(-1, Arrays.mismatch(whole, at, at + 11, part, 0, 11), "at " + at);
        }
        assertEquals(0, whole[100]);
        assertFalse(Arrays.equals(whole, bytes(new ComputedDisk(8, 3_000_001, 0), 0, 3_000_001)));
    }

    @Test
    void theRateHoldsReadersUp() throws Exception {
        ComputedDisk disk = new ComputedDisk(1, 1 << 20, 1 << 20);
        long begin = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            bytes(disk, i << 16, 1 << 16);
        }
        // the fourth read may start when the first three, 192 KiB, have had their time
        assertTrue(System.nanoTime() - begin >= 180_000_000L);
    }

    private static byte[] bytes(ComputedDisk disk, long at, int length) throws Exception {
        byte[] b = new byte[length];
        disk.read(at, b, 0, length);
        return b;
    }
}
