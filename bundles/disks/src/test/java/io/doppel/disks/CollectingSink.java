package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;

/** Puts a streamed disk together over what was there before, and insists on the rules of a sink. */
final class CollectingSink implements DiskSink {
    private static final int SECTOR = 512;

    private final byte[] content;
    private final BitSet told = new BitSet();
    private boolean ended;

    /**
     * @param before what parts that are left out hold
     */
    CollectingSink(byte[] before) {
        this.content = before.clone();
    }

    @Override
    public void data(long offset, byte[] buffer, int from, int length) {
        tell(offset, length);
        System.arraycopy(buffer, from, content, Math.toIntExact(offset), length);
    }

    @Override
    public void absent(long offset, long length) {
        tell(offset, length);
    }

    private void tell(long offset, long length) {
        assertFalse(ended, "after the end");
        assertTrue(length > 0 && offset + length <= content.length, () -> offset + "+" + length);
        int first = Math.toIntExact(offset / SECTOR);
        int last = Math.toIntExact((offset + length - 1) / SECTOR);
        int again = told.nextSetBit(first);
        assertTrue(again < 0 || again > last, () -> "told twice at " + offset);
        told.set(first, last + 1);
    }

    @Override
    public void end() {
        assertFalse(ended, "ended twice");
        assertTrue(told.cardinality() == (content.length + SECTOR - 1) / SECTOR, "not everything was told");
        ended = true;
    }

    boolean ended() {
        return ended;
    }

    byte[] content() {
        assertTrue(ended, "not ended");
        return content;
    }
}
