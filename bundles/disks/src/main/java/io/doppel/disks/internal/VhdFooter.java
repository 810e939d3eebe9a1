package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/**
 * The footer of a VHD, at its end and, unless it is fixed, also at its start.
 *
 * @param type 2 fixed, 3 dynamic, 4 differencing
 * @param size bytes of the disk
 * @param headerOffset where the dynamic header is
 * @param id unique id, by which a child knows its parent
 */
record VhdFooter(int type, long size, long headerOffset, UUID id) {
    static final long MAGIC = 0x636F6E6563746978L;
    static final int LENGTH = 512;
    static final int FIXED = 2;
    static final int DYNAMIC = 3;
    static final int DIFFERENCING = 4;

    static final int CHECKSUM = 64;

    /** The footer at the end if it is good, else the copy at the start. */
    static VhdFooter find(ByteSource source) throws DoppelException {
        Optional<VhdFooter> atEnd = read(source, source.size() - LENGTH);
        // A dynamic image whose end was overwritten in a crash is whole as long as its copy and its blocks are.
        Optional<VhdFooter> footer = atEnd.isPresent() ? atEnd : read(source, 0);
        VhdFooter found = footer.orElseThrow(
                () -> new DoppelException(DiskError.CORRUPT, source.name() + " has no footer with a good checksum"));
        found.check(source.name());
        return found;
    }

    /** Refuses what a good checksum does not make sensible. */
    void check(String name) throws DoppelException {
        if (type < FIXED || type > DIFFERENCING) {
            throw new DoppelException(DiskError.UNSUPPORTED, name + " is a VHD of type " + type);
        }
        if (size < 0 || size % 512 != 0) {
            throw new DoppelException(DiskError.CORRUPT, name + " has an impossible disk size");
        }
    }

    static boolean isFixed(ByteSource source) throws DoppelException {
        return read(source, source.size() - LENGTH).filter(f -> f.type == FIXED).isPresent();
    }

    private static Optional<VhdFooter> read(ByteSource source, long position) throws DoppelException {
        if (position < 0 || source.size() < LENGTH) {
            return Optional.empty();
        }
        byte[] bytes = new byte[LENGTH];
        source.read(position, bytes, 0, LENGTH);
        return parse(bytes);
    }

    /** The footer in these {@link #LENGTH} bytes, if they are one with a good checksum. */
    static Optional<VhdFooter> parse(byte[] bytes) {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        if (b.getLong(0) != MAGIC || !checksumMatches(b, CHECKSUM)) {
            return Optional.empty();
        }
        return Optional.of(
                new VhdFooter(b.getInt(60), b.getLong(48), b.getLong(16), new UUID(b.getLong(68), b.getLong(76))));
    }

    static boolean checksumMatches(ByteBuffer b, int field) {
        return checksum(b, field) == b.getInt(field);
    }

    /** The complement of the sum of all bytes but the checksum's own four. */
    static int checksum(ByteBuffer b, int field) {
        int sum = 0;
        for (int i = 0; i < b.capacity(); i++) {
            if (i < field || i >= field + 4) {
                sum += b.get(i) & 0xFF;
            }
        }
        return ~sum;
    }
}
