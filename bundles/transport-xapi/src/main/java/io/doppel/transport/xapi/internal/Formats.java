package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskSink;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.VhdStreamInfo;
import io.doppel.disks.VhdStreamReader;
import io.doppel.disks.XvaManifest;
import io.doppel.disks.XvaReader;
import io.doppel.disks.XvaSink;
import io.doppel.spi.disk.ByteRange;
import io.doppel.xapi.stream.StreamError;
import java.io.EOFException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How the streams of a pool are read into spooled disks. */
final class Formats {
    /** How much larger than the disk a VHD of it may be: hosts round the size up to whole blocks. */
    private static final long ROUNDED = 2L << 20;

    private static final int PIECE = 256 << 10;

    private Formats() {}

    /** A dynamic VHD, of which the table at its head says at once where the disk has data. */
    static Spool.Format vhd(String key, long size) {
        return (content, disks) -> VhdStreamReader.read(
                content,
                info -> {
                    checkSize(key, size, info);
                    disks.room(Math.min(size, info.mostData()));
                    SpooledDisk disk = disks.add(Set.of(key), size);
                    disk.only(info.allocated(new ByteRange(0, info.size())));
                    disks.all();
                    return disk;
                },
                StreamWatch.NONE);
    }

    private static void checkSize(String key, long size, VhdStreamInfo info) throws DoppelException {
        if (info.size() < size || info.size() - size >= ROUNDED) {
            throw new DoppelException(
                    StreamError.WRONG_DISK, "The VHD of disk " + key + " has " + info.size() + " bytes, not " + size);
        }
        if (info.parent().isPresent()) {
            throw new DoppelException(
                    StreamError.WRONG_DISK, "The VHD of disk " + key + " needs a parent, which was not asked for");
        }
    }

    /**
     * A machine's XVA with all its disks, which accesses name by the reference or by the uuid that {@code ova.xml} has.
     *
     * @param used most bytes of data in all disks, if the pool knows
     */
    static Spool.Format xva(Optional<Long> used) {
        return (content, disks) -> XvaReader.read(content, new XvaDisks(disks, used), StreamWatch.NONE);
    }

    private static final class XvaDisks implements XvaSink {
        private final Spool.Disks disks;
        private final Optional<Long> used;
        private final Map<String, SpooledDisk> byRef = new HashMap<>();

        XvaDisks(Spool.Disks disks, Optional<Long> used) {
            this.disks = disks;
            this.used = used;
        }

        @Override
        public void machine(XvaManifest manifest) throws DoppelException {
            long all =
                    manifest.disks().stream().mapToLong(XvaManifest.Disk::size).sum();
            disks.room(Math.min(all, used.orElse(all)));
            for (XvaManifest.Disk disk : manifest.disks()) {
                Set<String> keys = new LinkedHashSet<>(Set.of(disk.ref()));
                disk.record().text("uuid").filter(u -> !u.isBlank()).ifPresent(keys::add);
                byRef.put(disk.ref(), disks.add(keys, disk.size()));
            }
            disks.all();
        }

        @Override
        public DiskSink disk(XvaManifest.Disk disk) {
            return byRef.get(disk.ref());
        }
    }

    /** Every byte of the disk in order. */
    static Spool.Format raw(String key, long size) {
        return (content, disks) -> {
            disks.room(size);
            SpooledDisk disk = disks.add(Set.of(key), size);
            disks.all();
            byte[] buffer = new byte[PIECE];
            for (long at = 0; at < size; ) {
                int n = content.readNBytes(buffer, 0, (int) Math.min(PIECE, size - at));
                if (n == 0) {
                    throw new EOFException("it ended after " + at + " of " + size + " bytes");
                }
                disk.data(at, buffer, 0, n);
                at += n;
            }
            disk.end();
        };
    }
}
