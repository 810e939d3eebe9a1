package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.VhdParent;
import io.doppel.disks.VhdStreamWriter;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Which blocks a VHD will have, and their writing. */
public final class VhdPlan {
    private static final int SECTOR = VhdHeader.SECTOR;
    private static final int BLOCK = VhdHead.BLOCK;

    /** A bitmap of 4096 bits is one sector. */
    private static final int STORED_BLOCK = SECTOR + BLOCK;

    private final DiskReader source;
    private final VhdHead head;
    private final BitSet blocks;

    /** What of the blocks is there, ascending. */
    private final List<ByteRange> present;

    private VhdPlan(DiskReader source, VhdHead head, BitSet blocks, List<ByteRange> present) {
        this.source = source;
        this.head = head;
        this.blocks = blocks;
        this.present = present;
    }

    public static VhdPlan dynamic(DiskReader source, UUID id, Instant made) throws DoppelException {
        VhdHead head = new VhdHead(sizeOf(source), id, made, Optional.empty());
        List<ByteRange> whole = SectorRanges.of(List.of(new ByteRange(0, head.size())), head.size());
        return new VhdPlan(source, head, Units.allocated(source, BLOCK), whole);
    }

    public static VhdPlan differencing(
            DiskReader source, List<ByteRange> changed, VhdParent parent, UUID id, Instant made)
            throws DoppelException {
        VhdHead head = new VhdHead(sizeOf(source), id, made, Optional.of(parent));
        List<ByteRange> present = SectorRanges.of(changed, head.size());
        BitSet blocks = new BitSet();
        present.forEach(range -> Units.mark(blocks, range, BLOCK));
        return new VhdPlan(source, head, blocks, present);
    }

    private static long sizeOf(DiskReader source) throws DoppelException {
        if (source.size() > VhdStreamWriter.LARGEST_DISK) {
            throw new DoppelException(
                    DiskError.TOO_LARGE, "A disk of " + source.size() + " bytes does not fit into a VHD");
        }
        return (source.size() + SECTOR - 1) / SECTOR * SECTOR;
    }

    public long length() {
        return firstBlock() + (long) blocks.cardinality() * STORED_BLOCK + VhdFooter.LENGTH;
    }

    private long firstBlock() {
        return head.tableOffset() + head.tableLength();
    }

    public void writeTo(OutputStream out, StreamWatch watch) throws DoppelException, IOException {
        StreamEnd end = new StreamEnd(out, watch);
        end.write(head.footer());
        end.write(head.header());
        end.write(head.locatorArea());
        end.write(table());
        writeBlocks(end, watch);
        source.verifyUnchanged();
        end.write(head.footer());
        end.flush();
    }

    private byte[] table() {
        byte[] bytes = new byte[head.tableLength()];
        Arrays.fill(bytes, (byte) 0xFF);
        ByteBuffer b = ByteBuffer.wrap(bytes);
        long at = firstBlock();
        for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
            b.putInt(block * 4, (int) (at / SECTOR));
            at += STORED_BLOCK;
        }
        return bytes;
    }

    private void writeBlocks(StreamEnd end, StreamWatch watch) throws DoppelException, IOException {
        VhdBlocks work = new VhdBlocks(source, blocks, present);
        try (ReadAhead<byte[]> ahead = new ReadAhead<>(source.parallelism(), STORED_BLOCK, work, watch.cancel())) {
            Optional<byte[]> block = ahead.next();
            while (block.isPresent()) {
                end.write(block.get());
                block = ahead.next();
            }
        }
    }
}
