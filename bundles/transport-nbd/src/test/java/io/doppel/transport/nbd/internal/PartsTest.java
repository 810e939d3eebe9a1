package io.doppel.transport.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The small parts, each against a simple model. */
class PartsTest {
    @Test
    void coverageIsThatOfABitSet() {
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            int length = 1 + random.nextInt(40);
            Coverage coverage = new Coverage(length);
            BitSet model = new BitSet();
            boolean good = true;
            for (int i = 0; i < 30 && good; i++) {
                int from = random.nextInt(length);
                int size = 1 + random.nextInt(Math.min(6, length - from));
                good = model.get(from, from + size).isEmpty();
                assertEquals(good, coverage.add(from, size));
                model.set(from, from + size);
                assertTrue(!good || coverage.isComplete() == (model.cardinality() == length));
            }
        }
    }

    @Test
    void rangesAreCutAtBlocks() {
        for (int size = 1; size < 24; size++) {
            for (int offset = 0; offset < size; offset++) {
                for (int length = 1; offset + length <= size; length++) {
                    for (int block = 1; block <= 8; block *= 2) {
                        check(Aligned.of(offset, length, block, size), offset, offset + length, block, size);
                    }
                }
            }
        }
    }

    private static void check(Aligned cut, int from, int to, int block, int size) {
        String shown = from + " to " + to + " in blocks of " + block + " of " + size + ": " + cut;
        assertTrue(cut.begin() <= from && cut.end() >= to && cut.end() <= size, shown);
        assertTrue(cut.begin() <= cut.inner() && cut.inner() <= cut.innerEnd() && cut.innerEnd() <= cut.end(), shown);
        for (long edge : new long[] {cut.begin(), cut.inner(), cut.innerEnd(), cut.end()}) {
            assertTrue(edge % block == 0 || edge == size, shown);
        }
        assertTrue(cut.inner() - cut.begin() <= block && cut.end() - cut.innerEnd() <= block, shown);
        assertTrue(cut.innerLength() == 0 || cut.inner() >= from && cut.innerEnd() <= to, shown);
        assertTrue(cut.begin() == from || cut.inner() > cut.begin(), shown);
    }

    @Test
    void secretsAreLeftOutOfWhatAServerSays() {
        ServerText text = new ServerText("OpaqueRef:1234-5678");
        assertEquals(" (no such disk)", text.of("no\n such\tdisk\u0007 ".getBytes(StandardCharsets.UTF_8)));
        assertEquals("", text.of("no /x?session_id=OpaqueRef:1234-5678".getBytes(StandardCharsets.UTF_8)));
        assertEquals("", text.of("cut off: 1234-5".getBytes(StandardCharsets.UTF_8)));
        assertEquals("", text.of(new byte[0]));
        assertEquals(
                204, text.of("x".repeat(5000).getBytes(StandardCharsets.UTF_8)).length());
        assertFalse(new ServerText("")
                .of("anything".getBytes(StandardCharsets.UTF_8))
                .isEmpty());
    }
}
