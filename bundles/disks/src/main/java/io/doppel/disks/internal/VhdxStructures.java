package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Finds the checked headers, regions and metadata of a VHDX. */
final class VhdxStructures {
    static final UUID NO_GUID = new UUID(0, 0);
    static final long MIB = 1L << 20;
    private static final int HEADER_LENGTH = 4 << 10;
    private static final int TABLE_LENGTH = 64 << 10;
    private static final long[] HEADERS = {64 << 10, 128 << 10};
    private static final long[] REGION_TABLES = {192 << 10, 256 << 10};
    private static final int HEADER_SIGNATURE = signature("head");
    private static final int REGION_SIGNATURE = signature("regi");
    private static final long METADATA_SIGNATURE = 0x617461646174656DL;
    private static final int MOST_ENTRIES = 2047;
    private static final int LARGEST_ITEM = 1 << 20;

    private VhdxStructures() {}

    /** The header in force. */
    record Header(UUID dataWriteGuid, UUID logGuid, long logOffset, long logLength) {}

    /** A part of the file. */
    record Region(long offset, long length) {}

    /** The good header with the highest sequence number. */
    static Header header(ByteSource source) throws DoppelException {
        Optional<ByteBuffer> best = Optional.empty();
        for (long position : HEADERS) {
            Optional<ByteBuffer> b = checked(source, position, HEADER_LENGTH, HEADER_SIGNATURE);
            if (b.isPresent()
                    && (best.isEmpty()
                            || Long.compareUnsigned(
                                            b.get().getLong(8), best.get().getLong(8))
                                    > 0)) {
                best = b;
            }
        }
        ByteBuffer b = best.orElseThrow(
                () -> new DoppelException(DiskError.CORRUPT, source.name() + " has no header with a good checksum"));
        if (b.getShort(66) != 1 || b.getShort(64) != 0) {
            throw new DoppelException(DiskError.UNSUPPORTED, source.name() + " uses an unknown version of VHDX");
        }
        return new Header(guid(b, 32), guid(b, 48), b.getLong(72), b.getInt(68) & 0xFFFFFFFFL);
    }

    /** The regions by their ids. */
    static Map<UUID, Region> regions(ByteSource source, Set<UUID> known) throws DoppelException {
        Optional<ByteBuffer> table = checked(source, REGION_TABLES[0], TABLE_LENGTH, REGION_SIGNATURE);
        if (table.isEmpty()) {
            table = checked(source, REGION_TABLES[1], TABLE_LENGTH, REGION_SIGNATURE);
        }
        ByteBuffer b = table.orElseThrow(() ->
                new DoppelException(DiskError.CORRUPT, source.name() + " has no region table with a good checksum"));
        int entries = b.getInt(8);
        check(source, entries >= 0 && entries <= MOST_ENTRIES, "number of regions");
        Map<UUID, Region> found = new HashMap<>();
        for (int i = 0; i < entries; i++) {
            int at = 16 + i * 32;
            UUID id = guid(b, at);
            Region region = new Region(b.getLong(at + 16), b.getInt(at + 24) & 0xFFFFFFFFL);
            if (!known.contains(id)) {
                checkNotRequired(source, (b.getInt(at + 28) & 1) != 0, "region", id);
                continue;
            }
            check(source, region.offset() >= MIB && region.offset() % MIB == 0, "place of a region");
            if (region.offset() > source.size() - region.length()) {
                throw new DoppelException(DiskError.TRUNCATED, source.name() + " ends before its tables do");
            }
            check(source, found.put(id, region) == null, "second region of one kind");
        }
        return found;
    }

    /** The metadata items by their ids, each at most 1 MiB. */
    static Map<UUID, ByteBuffer> metadata(ByteSource source, Region region, Set<UUID> known) throws DoppelException {
        check(source, region.length() >= TABLE_LENGTH, "size of the metadata");
        ByteBuffer b = buffer(source, region.offset(), TABLE_LENGTH);
        check(source, b.getLong(0) == METADATA_SIGNATURE, "metadata table");
        int entries = b.getShort(10) & 0xFFFF;
        check(source, entries <= MOST_ENTRIES, "number of metadata items");
        Map<UUID, ByteBuffer> found = new HashMap<>();
        for (int i = 0; i < entries; i++) {
            int at = 32 + i * 32;
            UUID id = guid(b, at);
            long offset = b.getInt(at + 16) & 0xFFFFFFFFL;
            long length = b.getInt(at + 20) & 0xFFFFFFFFL;
            int flags = b.getInt(at + 24);
            if (!known.contains(id)) {
                checkNotRequired(source, (flags & 4) != 0, "metadata item", id);
                continue;
            }
            check(source, length <= LARGEST_ITEM && offset + length <= region.length(), "metadata item");
            check(
                    source,
                    found.put(id, buffer(source, region.offset() + offset, (int) length)) == null,
                    "second metadata item of one kind");
        }
        return found;
    }

    private static void checkNotRequired(ByteSource source, boolean required, String kind, UUID id)
            throws DoppelException {
        if (required) {
            throw new DoppelException(
                    DiskError.UNSUPPORTED, source.name() + " requires the unknown " + kind + " " + id);
        }
    }

    /** A structure with a signature and, behind it, a CRC-32C over itself with the checksum's field zero. */
    private static Optional<ByteBuffer> checked(ByteSource source, long position, int length, int signature)
            throws DoppelException {
        if (position > source.size() - length) {
            return Optional.empty();
        }
        ByteBuffer b = buffer(source, position, length);
        int expected = b.getInt(4);
        b.putInt(4, 0);
        CRC32C crc = new CRC32C();
        crc.update(b.array(), 0, length);
        return b.getInt(0) == signature && (int) crc.getValue() == expected ? Optional.of(b) : Optional.empty();
    }

    static int signature(String word) {
        return word.charAt(0) | word.charAt(1) << 8 | word.charAt(2) << 16 | word.charAt(3) << 24;
    }

    static ByteBuffer buffer(ByteSource source, long position, int length) throws DoppelException {
        byte[] bytes = new byte[length];
        source.read(position, bytes, 0, length);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A GUID as Microsoft stores it: the first three parts little-endian. */
    static UUID guid(ByteBuffer b, int at) {
        long high = (b.getInt(at) & 0xFFFFFFFFL) << 32
                | (b.getShort(at + 4) & 0xFFFFL) << 16
                | b.getShort(at + 6) & 0xFFFFL;
        return new UUID(high, Long.reverseBytes(b.getLong(at + 8)));
    }

    static void check(ByteSource source, boolean good, String what) throws DoppelException {
        if (!good) {
            throw new DoppelException(DiskError.CORRUPT, source.name() + " has an impossible " + what);
        }
    }
}
