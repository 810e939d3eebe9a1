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

    private static final int CHECKSUM = 64;

    /** The footer at the end if it is good, else the copy at the start. */
    static VhdFooter find(ByteSource source) throws DoppelException {
        Optional<VhdFooter> atEnd = read(source, source.size() - LENGTH);
        // A dynamic image whose end was overwritten in a crash is whole as long as its copy and its blocks are.
        Optional<VhdFooter> footer = atEnd.isPresent() ? atEnd : read(source, 0);
        VhdFooter found = footer.orElseThrow(
                () -> new DoppelException(DiskError.CORRUPT, source.name() + " has no footer with a good checksum"));
        if (found.type < FIXED || found.type > DIFFERENCING) {
            throw new DoppelException(DiskError.UNSUPPORTED, source.name() + " is a VHD of type " + found.type);
        }
        if (found.size < 0 || found.size % 512 != 0) {
            throw new DoppelException(DiskError.CORRUPT, source.name() + " has an impossible disk size");
        }
        return found;
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
        ByteBuffer b = ByteBuffer.wrap(bytes);
        if (b.getLong(0) != MAGIC || !checksumMatches(b, CHECKSUM)) {
            return Optional.empty();
        }
        return Optional.of(
                new VhdFooter(b.getInt(60), b.getLong(48), b.getLong(16), new UUID(b.getLong(68), b.getLong(76))));
    }

    /** The checksum is the complement of the sum of all bytes but its own four. */
    static boolean checksumMatches(ByteBuffer b, int field) {
        int sum = 0;
        for (int i = 0; i < b.capacity(); i++) {
            if (i < field || i >= field + 4) {
                sum += b.get(i) & 0xFF;
            }
        }
        return ~sum == b.getInt(field);
    }
}
