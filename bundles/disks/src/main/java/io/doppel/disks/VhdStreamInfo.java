package io.doppel.disks;

import io.doppel.spi.disk.ByteRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** What the head of a VHD stream says; known before the first byte of data. Immutable. */
public final class VhdStreamInfo {
    private final long size;
    private final UUID id;
    private final Optional<Parent> parent;
    private final long blockSize;
    private final BitSet blocks;

    /**
     * The image that a differencing one changes.
     *
     * @param id its unique id
     * @param name as written in the child; possibly empty, or a path that means nothing here
     */
    public record Parent(UUID id, String name) {}

    /**
     * @param size bytes of the disk
     * @param id unique id of the image
     * @param parent there if the image is a differencing one
     * @param blockSize bytes in a block
     * @param blocks numbers of the blocks that come
     */
    public VhdStreamInfo(long size, UUID id, Optional<Parent> parent, long blockSize, BitSet blocks) {
        this.size = size;
        this.id = Objects.requireNonNull(id, "id");
        this.parent = Objects.requireNonNull(parent, "parent");
        this.blockSize = blockSize;
        this.blocks = (BitSet) blocks.clone();
    }

    /** Size of the disk in bytes, a multiple of 512. */
    public long size() {
        return size;
    }

    /** Unique id of the image, by which a child names it. */
    public UUID id() {
        return id;
    }

    /** The parent, if the image is a differencing one: what the stream leaves out is then the parent's content. */
    public Optional<Parent> parent() {
        return parent;
    }

    /** Most bytes of the disk that come as data; the exact number is known only at the end. */
    public long mostData() {
        long full = blocks.cardinality() * blockSize;
        boolean lastIsPartial = size % blockSize != 0 && blocks.get((int) (size / blockSize));
        return lastIsPartial ? full - blockSize + size % blockSize : full;
    }

    /**
     * The parts of {@code range} in blocks that come, ascending, disjoint, merged, clipped to the range and the size. Inside
     * them the stream may still leave out sectors.
     */
    public List<ByteRange> allocated(ByteRange range) {
        List<ByteRange> found = new ArrayList<>();
        long end = Math.min(range.end(), size);
        long at = range.offset();
        while (at < end) {
            int first = blocks.nextSetBit((int) (at / blockSize));
            if (first < 0 || first * blockSize >= end) {
                break;
            }
            int last = blocks.nextClearBit(first);
            long from = Math.max(at, first * blockSize);
            at = Math.min(end, last * blockSize);
            found.add(new ByteRange(from, at - from));
        }
        return found;
    }
}
