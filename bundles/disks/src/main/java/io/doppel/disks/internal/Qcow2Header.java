package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The header of a qcow2 image, checked.
 *
 * @param version 2 or 3
 * @param clusterBits log2 of the cluster size, 9 to 21
 * @param size bytes of the disk
 * @param levelOneEntries entries of the first-level table
 * @param levelOneOffset where it is
 * @param subclusters whether level-2 entries have bitmaps of 32 subclusters
 * @param zstd whether compressed clusters are zstd; else deflate
 * @param backing name of the backing file as written in the image
 * @param backingFormat format of the backing file as written in the image
 */
record Qcow2Header(
        int version,
        int clusterBits,
        long size,
        long levelOneEntries,
        long levelOneOffset,
        boolean subclusters,
        boolean zstd,
        Optional<String> backing,
        Optional<String> backingFormat) {
    private static final int LENGTH_V2 = 72;
    private static final int LENGTH_V3 = 104;
    private static final int LONGEST_NAME = 1023;
    private static final int LARGEST_EXTENSION = 64 << 10;
    private static final long LARGEST_LEVEL_ONE = 4L << 20;
    private static final int EXTENSION_BACKING_FORMAT = 0xE2792ACA;

    private static final long CORRUPT = 1L << 1;
    private static final long EXTERNAL_DATA = 1L << 2;
    private static final long COMPRESSION_TYPE = 1L << 3;
    private static final long EXTENDED_LEVEL_TWO = 1L << 4;
    /** The lowest bit says that reference counts are stale, which concerns writers only. */
    private static final long KNOWN = 1L | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_LEVEL_TWO;

    static Qcow2Header read(ByteSource source) throws DoppelException {
        ByteBuffer head = buffer(source, 0, (int) Math.min(112, source.size()));
        if (head.capacity() < LENGTH_V2) {
            throw new DoppelException(DiskError.TRUNCATED, source.name() + " ends in its header");
        }
        int version = head.getInt(4);
        if (version != 2 && version != 3) {
            throw unsupported(source, "qcow version " + Integer.toUnsignedString(version));
        }
        long features = 0;
        int length = LENGTH_V2;
        boolean zstd = false;
        if (version == 3) {
            if (head.capacity() < LENGTH_V3) {
                throw new DoppelException(DiskError.TRUNCATED, source.name() + " ends in its header");
            }
            features = head.getLong(72);
            length = head.getInt(100);
            zstd = compression(source, head, features, length);
        }
        checkFeatures(source, features);
        if (head.getInt(32) != 0) {
            throw unsupported(source, "encryption");
        }
        int clusterBits = head.getInt(20);
        boolean subclusters = (features & EXTENDED_LEVEL_TWO) != 0;
        check(source, clusterBits >= (subclusters ? 14 : 9) && clusterBits <= 21, "cluster size");
        check(source, length >= (version == 2 ? LENGTH_V2 : LENGTH_V3) && length <= 1 << clusterBits, "header length");
        long size = head.getLong(24);
        check(source, size >= 0 && size <= 1L << 60, "disk size");
        long entries = head.getInt(36) & 0xFFFFFFFFL;
        long offset = head.getLong(40);
        check(source, entries <= LARGEST_LEVEL_ONE, "size of the first-level table");
        check(source, offset >= 0 && offset % (1L << clusterBits) == 0, "place of the first-level table");
        if (entries > 0 && offset > source.size() - entries * 8) {
            throw new DoppelException(DiskError.TRUNCATED, source.name() + " ends before its first-level table does");
        }
        int levelTwoBits = clusterBits - (subclusters ? 4 : 3);
        int coverBits = Math.min(62, clusterBits + levelTwoBits);
        check(source, entries >= (size + (1L << coverBits) - 1) >> coverBits, "first-level table");
        return new Qcow2Header(
                version,
                clusterBits,
                size,
                entries,
                offset,
                subclusters,
                zstd,
                backing(source, head),
                backingFormat(source, length, 1L << clusterBits));
    }

    private static boolean compression(ByteSource source, ByteBuffer head, long features, int length)
            throws DoppelException {
        int type = length > LENGTH_V3 && head.capacity() > LENGTH_V3 ? head.get(LENGTH_V3) : 0;
        if (type < 0 || type > 1) {
            throw unsupported(source, "compression type " + type);
        }
        check(source, type == 0 || (features & COMPRESSION_TYPE) != 0, "compression type");
        return type == 1;
    }

    private static void checkFeatures(ByteSource source, long features) throws DoppelException {
        if ((features & CORRUPT) != 0) {
            throw new DoppelException(DiskError.CORRUPT, source.name() + " is marked as corrupt by its hypervisor");
        }
        if ((features & EXTERNAL_DATA) != 0) {
            throw unsupported(source, "an external data file");
        }
        if ((features & ~KNOWN) != 0) {
            throw unsupported(source, "incompatible features 0x" + Long.toHexString(features & ~KNOWN));
        }
    }

    private static Optional<String> backing(ByteSource source, ByteBuffer head) throws DoppelException {
        long offset = head.getLong(8);
        int length = head.getInt(16);
        if (offset == 0) {
            return Optional.empty();
        }
        check(source, length > 0 && length <= LONGEST_NAME && offset > 0, "name of the backing file");
        byte[] name = new byte[length];
        source.read(offset, name, 0, length);
        return Optional.of(new String(name, StandardCharsets.UTF_8));
    }

    private static Optional<String> backingFormat(ByteSource source, int headerLength, long clusterSize)
            throws DoppelException {
        long at = headerLength;
        while (at + 8 <= Math.min(clusterSize, source.size())) {
            ByteBuffer head = buffer(source, at, 8);
            int type = head.getInt(0);
            long length = head.getInt(4) & 0xFFFFFFFFL;
            if (type == 0) {
                break;
            }
            check(source, length <= LARGEST_EXTENSION, "header extension");
            if (type == EXTENSION_BACKING_FORMAT) {
                byte[] word = new byte[(int) length];
                source.read(at + 8, word, 0, word.length);
                return Optional.of(new String(word, StandardCharsets.US_ASCII));
            }
            at += 8 + (length + 7) / 8 * 8;
        }
        return Optional.empty();
    }

    private static ByteBuffer buffer(ByteSource source, long position, int length) throws DoppelException {
        byte[] bytes = new byte[length];
        source.read(position, bytes, 0, length);
        return ByteBuffer.wrap(bytes);
    }

    private static void check(ByteSource source, boolean good, String what) throws DoppelException {
        if (!good) {
            throw new DoppelException(DiskError.CORRUPT, source.name() + " has an impossible " + what);
        }
    }

    private static DoppelException unsupported(ByteSource source, String what) {
        return new DoppelException(DiskError.UNSUPPORTED, source.name() + " uses " + what);
    }
}
