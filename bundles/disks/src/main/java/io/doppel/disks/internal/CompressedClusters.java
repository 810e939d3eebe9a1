package io.doppel.disks.internal;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Unpacks the compressed clusters of a qcow2 image and keeps the last few (at most 8 MiB, at least two). */
final class CompressedClusters {
    private static final int KEPT_BYTES = 8 << 20;
    private static final int SECTOR = 512;
    /** Bounds what a hostile frame can make the decoder allocate; a cluster has at most 2 MiB. */
    private static final int LARGEST_WINDOW_LOG = 23;

    private final ByteSource source;
    private final int clusterSize;
    private final boolean zstd;
    private final int sizeShift;
    private final Map<Long, byte[]> kept;

    CompressedClusters(ByteSource source, int clusterSize, boolean zstd) {
        this.source = source;
        this.clusterSize = clusterSize;
        this.zstd = zstd;
        this.sizeShift = 62 - (Integer.numberOfTrailingZeros(clusterSize) - 8);
        int most = Math.min(64, KEPT_BYTES / clusterSize);
        this.kept = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
                return size() > most;
            }
        };
    }

    /**
     * The whole cluster, to be read only.
     *
     * @param entry the second-level table's entry: position and number of sectors
     */
    byte[] cluster(long entry) throws DoppelException {
        synchronized (kept) {
            byte[] known = kept.get(entry);
            if (known != null) {
                return known;
            }
        }
        byte[] unpacked = unpack(entry);
        synchronized (kept) {
            kept.put(entry, unpacked);
        }
        return unpacked;
    }

    private byte[] unpack(long entry) throws DoppelException {
        long position = entry & ((1L << sizeShift) - 1);
        long sectors = (entry & ((1L << 62) - 1)) >>> sizeShift;
        long length = (sectors + 1) * SECTOR - position % SECTOR;
        // The last sector of the file may be missing in part, because the length is counted in sectors.
        long present = Math.min(length, source.size() - position);
        if (present <= 0 || present <= length - SECTOR) {
            throw new DoppelException(
                    DiskError.TRUNCATED, source.name() + " ends in a compressed cluster at " + position);
        }
        byte[] packed = new byte[(int) present];
        source.read(position, packed, 0, packed.length);
        try (InputStream in = decoder(packed)) {
            byte[] cluster = in.readNBytes(clusterSize);
            if (cluster.length < clusterSize) {
                throw new IOException("too short");
            }
            return cluster;
        } catch (IOException e) {
            throw new DoppelException(
                    DiskError.CORRUPT, source.name() + " has a damaged compressed cluster at " + position, e);
        }
    }

    private InputStream decoder(byte[] packed) throws IOException {
        InputStream bytes = new ByteArrayInputStream(packed);
        if (zstd) {
            return new ZstdInputStreamNoFinalizer(bytes).setLongMax(LARGEST_WINDOW_LOG);
        }
        return new RawInflaterStream(bytes);
    }

    /** Frees the inflater's native memory with the stream. */
    private static final class RawInflaterStream extends InflaterInputStream {
        RawInflaterStream(InputStream in) {
            super(in, new Inflater(true), 8 << 10);
        }

        @Override
        public void close() throws IOException {
            super.close();
            inf.end();
        }
    }
}
