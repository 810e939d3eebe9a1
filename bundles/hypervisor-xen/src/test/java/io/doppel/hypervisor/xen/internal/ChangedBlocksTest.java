package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.spi.disk.ByteRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangedBlocksTest {
    private static final int BLOCK = ChangedBlocks.BLOCK;

    @Test
    void theFirstBlockIsTheHighestBit() {
        assertEquals(List.of(new ByteRange(0, BLOCK)), ChangedBlocks.ranges(new byte[] {(byte) 0x80}, 8L * BLOCK));
        assertEquals(
                List.of(new ByteRange(7L * BLOCK, 3L * BLOCK)),
                ChangedBlocks.ranges(new byte[] {0x01, (byte) 0xC0}, 10L * BLOCK));
    }

    @Test
    void theLastRangeEndsWithTheDisk() {
        long size = 8L * BLOCK + 512;
        assertEquals(
                List.of(new ByteRange(7L * BLOCK, BLOCK + 512)),
                ChangedBlocks.ranges(new byte[] {0x01, (byte) 0xFF}, size));
        assertEquals(List.of(), ChangedBlocks.ranges(new byte[0], 0));
    }

    @Test
    void aShortBitmapProvesNothing() {
        assertThrows(IllegalArgumentException.class, () -> ChangedBlocks.ranges(new byte[1], 8L * BLOCK + 1));
    }
}
