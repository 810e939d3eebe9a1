package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** A VHDX: fixed, dynamic or differencing. A log that was not applied is applied in memory; the file is never written. */
final class VhdxContent extends MappedContent {
    private static final UUID BAT = UUID.fromString("2DC27766-F623-4200-9D64-115E9BFD4A08");
    private static final UUID METADATA = UUID.fromString("8B7CA206-4790-4B9A-B8FE-575F050F886E");
    private static final UUID FILE_PARAMETERS = UUID.fromString("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    private static final UUID DISK_SIZE = UUID.fromString("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    private static final UUID DISK_ID = UUID.fromString("BECA12AB-B2E6-4523-93EF-C309E000C746");
    private static final UUID LOGICAL_SECTOR = UUID.fromString("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
    private static final UUID PHYSICAL_SECTOR = UUID.fromString("CDA348C7-445D-4471-9CC9-E9885251C556");
    private static final UUID PARENT_LOCATOR = UUID.fromString("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");
    private static final UUID LOCATOR_TYPE = UUID.fromString("B04AEFB7-D19E-4A81-B789-25B8E9445913");
    private static final Set<UUID> ITEMS =
            Set.of(FILE_PARAMETERS, DISK_SIZE, DISK_ID, LOGICAL_SECTOR, PHYSICAL_SECTOR, PARENT_LOCATOR);

    private static final long LARGEST_DISK = 64L << 40;
    private static final int HAS_PARENT = 2;
    private static final long BITS_OF_A_BITMAP = 1L << 23;
    private static final long OFFSET_MASK = -1L << 20;
    private static final int STATE_MASK = 7;
    private static final int NOT_PRESENT = 0;
    private static final int FULL = 6;
    private static final int PARTIAL = 7;

    private final TableReader tables;
    private final long bat;
    private final long blockSize;
    private final long sectorSize;
    private final long chunkRatio;

    /** What the metadata say. */
    private record Shape(long size, long blockSize, long sectorSize, boolean hasParent) {
        long chunkRatio() {
            return BITS_OF_A_BITMAP * sectorSize / blockSize;
        }

        /** Entries of the block allocation table, bitmaps' entries included. */
        long entries() {
            long blocks = (size + blockSize - 1) / blockSize;
            return hasParent
                    ? (blocks + chunkRatio() - 1) / chunkRatio() * (chunkRatio() + 1)
                    : blocks + Math.max(0, blocks - 1) / chunkRatio();
        }
    }

    private VhdxContent(ByteSource source, Shape shape, long bat, Optional<DiskContent> parent) {
        super(source, "vhdx", shape.size(), parent);
        this.tables = new TableReader(source);
        this.bat = bat;
        this.blockSize = shape.blockSize();
        this.sectorSize = shape.sectorSize();
        this.chunkRatio = shape.chunkRatio();
    }

    /**
     * @param expected what a child expects its parent's last write to be marked with
     */
    static VhdxContent open(ImageChain chain, SourceFile file, Optional<UUID> expected) throws DoppelException {
        VhdxStructures.Header header = VhdxStructures.header(file);
        if (expected.isPresent() && !expected.get().equals(header.dataWriteGuid())) {
            throw new DoppelException(DiskError.PARENT_MISMATCH, file.path() + " was changed after its child was made");
        }
        ByteSource source = VhdxLog.apply(file, header);
        Map<UUID, VhdxStructures.Region> regions = VhdxStructures.regions(source, Set.of(BAT, METADATA));
        VhdxStructures.check(source, regions.size() == 2, "set of regions");
        Map<UUID, ByteBuffer> items = VhdxStructures.metadata(source, regions.get(METADATA), ITEMS);
        Shape shape = shape(source, items);
        VhdxStructures.check(
                source, shape.entries() * 8 <= regions.get(BAT).length(), "block table, too short for the disk,");
        Optional<DiskContent> parent = shape.hasParent() ? Optional.of(parent(chain, file, items)) : Optional.empty();
        return new VhdxContent(source, shape, regions.get(BAT).offset(), parent);
    }

    private static Shape shape(ByteSource source, Map<UUID, ByteBuffer> items) throws DoppelException {
        ByteBuffer parameters = item(source, items, FILE_PARAMETERS, 8);
        long blockSize = parameters.getInt(0) & 0xFFFFFFFFL;
        VhdxStructures.check(
                source, Long.bitCount(blockSize) == 1 && blockSize >= 1 << 20 && blockSize <= 256 << 20, "block size");
        long sectorSize = item(source, items, LOGICAL_SECTOR, 4).getInt(0);
        VhdxStructures.check(source, sectorSize == 512 || sectorSize == 4096, "sector size");
        long size = item(source, items, DISK_SIZE, 8).getLong(0);
        VhdxStructures.check(source, size >= 0 && size <= LARGEST_DISK && size % sectorSize == 0, "disk size");
        return new Shape(size, blockSize, sectorSize, (parameters.getInt(4) & HAS_PARENT) != 0);
    }

    private static ByteBuffer item(ByteSource source, Map<UUID, ByteBuffer> items, UUID id, int length)
            throws DoppelException {
        ByteBuffer item = items.get(id);
        VhdxStructures.check(source, item != null && item.capacity() >= length, "metadata item " + id);
        return item;
    }

    private static DiskContent parent(ImageChain chain, SourceFile child, Map<UUID, ByteBuffer> items)
            throws DoppelException {
        Map<String, String> locator = locator(child, item(child, items, PARENT_LOCATOR, 20));
        String linkage = locator.getOrDefault("parent_linkage", "");
        UUID id;
        try {
            id = UUID.fromString(linkage.replaceAll("[{}]", ""));
        } catch (IllegalArgumentException e) {
            throw new DoppelException(DiskError.CORRUPT, child.path() + " names no parent's id", e);
        }
        List<String> names = List.of(
                locator.getOrDefault("relative_path", ""),
                locator.getOrDefault("absolute_win32_path", ""),
                locator.getOrDefault("volume_path", ""));
        Path file = ParentNames.find(child.path(), names);
        return open(chain, chain.add(file), Optional.of(id));
    }

    private static Map<String, String> locator(SourceFile child, ByteBuffer b) throws DoppelException {
        if (!VhdxStructures.guid(b, 0).equals(LOCATOR_TYPE)) {
            throw new DoppelException(DiskError.UNSUPPORTED, child.path() + " uses an unknown kind of parent");
        }
        int entries = b.getShort(18) & 0xFFFF;
        VhdxStructures.check(child, 20L + entries * 12L <= b.capacity(), "parent locator");
        Map<String, String> found = new TreeMap<>();
        for (int i = 0; i < entries; i++) {
            int at = 20 + i * 12;
            String key = text(child, b, b.getInt(at), b.getShort(at + 8) & 0xFFFF);
            found.put(key.toLowerCase(Locale.ROOT), text(child, b, b.getInt(at + 4), b.getShort(at + 10) & 0xFFFF));
        }
        return found;
    }

    private static String text(SourceFile child, ByteBuffer b, int offset, int length) throws DoppelException {
        VhdxStructures.check(child, offset >= 0 && offset <= b.capacity() - length, "parent locator");
        return new String(b.array(), offset, length, StandardCharsets.UTF_16LE);
    }

    @Override
    Extent lookUp(long offset, long most) throws DoppelException {
        long block = offset / blockSize;
        long inBlock = offset % blockSize;
        long rest = Math.min(most, blockSize - inBlock);
        long chunk = block / chunkRatio;
        long entry = tables.littleLong(bat + (block + chunk) * 8);
        return switch ((int) entry & STATE_MASK) {
            case NOT_PRESENT -> unallocated(rest);
            // Undefined, zero and unmapped blocks do not show the parent.
            case 1, 2, 3 -> Extent.zero(rest);
            case FULL -> Extent.data((entry & OFFSET_MASK) + inBlock, rest);
            case PARTIAL -> partial(offset, entry & OFFSET_MASK, rest);
            default -> throw corrupt("a block of unknown state", offset);
        };
    }

    private Extent partial(long offset, long position, long rest) throws DoppelException {
        long chunk = offset / blockSize / chunkRatio;
        long bitmap = tables.littleLong(bat + ((chunk + 1) * chunkRatio + chunk) * 8);
        if (((int) bitmap & STATE_MASK) != FULL) {
            throw corrupt("a partial block without its bitmap", offset);
        }
        long bit = offset % (chunkRatio * blockSize) / sectorSize;
        BitRun run = BitRun.leastSignificantFirst(tables, bitmap & OFFSET_MASK, bit);
        long length = Math.min(rest, run.length() * sectorSize - offset % sectorSize);
        return run.set() ? Extent.data(position + offset % blockSize, length) : unallocated(length);
    }

    @Override
    void readCompressed(long offset, Extent extent, byte[] buffer, int from) {
        throw new IllegalStateException("a VHDX has no compressed blocks");
    }

    private DoppelException corrupt(String what, long offset) {
        return new DoppelException(
                DiskError.CORRUPT, source().name() + " has " + what + " for the disk's position " + offset);
    }
}
