package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.file.Path;
import java.util.Optional;

/** A qcow2 disk, version 2 or 3. Internal snapshots and reference counts do not matter for reading the active state. */
final class Qcow2Content extends MappedContent {
    private static final long OFFSET_MASK = 0x00FF_FFFF_FFFF_FE00L;
    private static final long COMPRESSED = 1L << 62;
    private static final long ZERO = 1L;
    private static final int SUBCLUSTERS = 32;

    private final Qcow2Header header;
    private final TableReader tables;
    private final CompressedClusters compressed;
    private final long clusterSize;
    private final int entryBytes;
    private final int levelTwoBits;

    private Qcow2Content(ByteSource source, Qcow2Header header, Optional<DiskContent> parent) {
        super(source, "qcow2", header.size(), parent);
        this.header = header;
        this.tables = new TableReader(source);
        this.clusterSize = 1L << header.clusterBits();
        this.compressed = new CompressedClusters(source, (int) clusterSize, header.zstd());
        this.entryBytes = header.subclusters() ? 16 : 8;
        this.levelTwoBits = header.clusterBits() - (header.subclusters() ? 4 : 3);
    }

    static Qcow2Content open(ImageChain chain, SourceFile source) throws DoppelException {
        Qcow2Header header = Qcow2Header.read(source);
        Optional<DiskContent> parent = Optional.empty();
        if (header.backing().isPresent()) {
            Path file = backingFile(source.path(), header.backing().get());
            Optional<Format> format = header.backingFormat().isPresent()
                    ? Format.byQemuWord(header.backingFormat().get())
                    : Optional.empty();
            if (header.backingFormat().isPresent() && format.isEmpty()) {
                throw new DoppelException(
                        DiskError.UNSUPPORTED,
                        source.path() + " has a backing file of format '"
                                + header.backingFormat().get() + "'");
            }
            parent = Optional.of(ImageOpener.content(chain, file, format));
        }
        return new Qcow2Content(source, header, parent);
    }

    /** A backing file is named by a path, relative to the image's folder, or with a protocol such as {@code nbd:}. */
    private static Path backingFile(Path image, String written) throws DoppelException {
        String name = written.startsWith("file:") ? written.substring("file:".length()) : written;
        String folder = image.getParent().toString();
        if (name.startsWith(folder + "/")) {
            name = name.substring(folder.length() + 1);
        } else if (name.startsWith("./")) {
            name = name.substring(2);
        }
        if (name.startsWith("json:") || name.contains("://")) {
            throw ImageChain.refused(image, written);
        }
        return ImageChain.sibling(image, name);
    }

    @Override
    Extent lookUp(long offset, long most) throws DoppelException {
        long inCluster = offset & (clusterSize - 1);
        long cluster = offset >>> header.clusterBits();
        long levelOne = tables.bigLong(header.levelOneOffset() + (cluster >>> levelTwoBits) * 8);
        long table = levelOne & OFFSET_MASK;
        if (table == 0) {
            long covered = clusterSize << levelTwoBits;
            return unallocated(Math.min(most, covered - (offset & (covered - 1))));
        }
        checkAligned(table, "second-level table", offset);
        long position = table + (cluster & ((1L << levelTwoBits) - 1)) * entryBytes;
        long entry = tables.bigLong(position);
        long rest = Math.min(most, clusterSize - inCluster);
        if ((entry & COMPRESSED) != 0) {
            return Extent.compressed(entry, rest);
        }
        if (header.subclusters()) {
            return subcluster(entry, tables.bigLong(position + 8), offset, inCluster, rest);
        }
        long data = entry & OFFSET_MASK;
        if ((entry & ZERO) != 0) {
            if (header.version() < 3) {
                throw corrupt("a zero cluster, which version 2 does not have,", offset);
            }
            return Extent.zero(rest);
        }
        if (data == 0) {
            return unallocated(rest);
        }
        checkAligned(data, "cluster", offset);
        return Extent.data(data + inCluster, rest);
    }

    private Extent subcluster(long entry, long bitmap, long offset, long inCluster, long rest) throws DoppelException {
        long subSize = clusterSize / SUBCLUSTERS;
        int number = (int) (inCluster / subSize);
        long length = Math.min(rest, subSize - inCluster % subSize);
        boolean allocated = (bitmap >>> number & 1) != 0;
        boolean zero = (bitmap >>> (SUBCLUSTERS + number) & 1) != 0;
        if (allocated && zero) {
            throw corrupt("a subcluster both allocated and zero", offset);
        }
        if (zero) {
            return Extent.zero(length);
        }
        if (!allocated) {
            return unallocated(length);
        }
        long data = entry & OFFSET_MASK;
        checkAligned(data, "cluster", offset);
        if (data == 0) {
            throw corrupt("an allocated subcluster without a place", offset);
        }
        return Extent.data(data + inCluster, length);
    }

    @Override
    void readCompressed(long offset, Extent extent, byte[] buffer, int from) throws DoppelException {
        byte[] cluster = compressed.cluster(extent.position());
        System.arraycopy(cluster, (int) (offset & (clusterSize - 1)), buffer, from, (int) extent.length());
    }

    private void checkAligned(long position, String what, long offset) throws DoppelException {
        if ((position & (clusterSize - 1)) != 0) {
            throw corrupt("a " + what + " at an odd place", offset);
        }
    }

    private DoppelException corrupt(String what, long offset) {
        return new DoppelException(
                DiskError.CORRUPT, source().name() + " has " + what + " for the disk's position " + offset);
    }
}
