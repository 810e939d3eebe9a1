package io.doppel.disks.internal;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.XmlRpcValue;
import io.doppel.disks.XvaCompression;
import io.doppel.disks.XvaManifest;
import io.doppel.disks.XvaWriter;
import io.doppel.spi.disk.DiskReader;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.zip.GZIPOutputStream;

/** Which chunks an XVA will have, and their writing. */
public final class XvaPlan {
    private static final int BUFFER = 64 << 10;
    private static final int END = 2 * TarHeader.LENGTH;

    private final byte[] description;
    private final List<Content> contents;

    /**
     * A disk's content.
     *
     * @param size bytes announced, at least the source's
     * @param chunks numbers of the chunks that are written; the first and the last are always among them
     */
    record Content(String ref, long size, DiskReader source, BitSet chunks) {
        int count() {
            return (int) ((size + Xva.CHUNK - 1) / Xva.CHUNK);
        }

        int chunkLength(int number) {
            return (int) Math.min(Xva.CHUNK, size - (long) number * Xva.CHUNK);
        }

        boolean isOptional(int number) {
            return number > 0 && number < count() - 1;
        }

        /** Bytes in the stream. */
        long stored() {
            if (size == 0) {
                return 0;
            }
            long full = stored(0, Xva.CHUNK) * (chunks.cardinality() - 1);
            return full + stored(count() - 1, chunkLength(count() - 1));
        }

        private long stored(int number, int length) {
            String name = Xva.chunkName(ref, number);
            return TarHeader.file(name, length).stored()
                    + TarHeader.file(name + Xva.HASH_SUFFIX, Xva.HASH_DIGITS).stored();
        }
    }

    private XvaPlan(byte[] description, List<Content> contents) {
        this.description = description;
        this.contents = contents;
    }

    public static XvaPlan of(XmlRpcValue ova, Map<String, DiskReader> disks) throws DoppelException {
        List<XvaManifest.Disk> announced = XvaManifest.of(ova).disks();
        require(announced.size() == disks.size(), "as many contents as disks");
        // XAPI takes the size of the first chunk of all for that of every chunk left out anywhere.
        boolean mayLeaveOut =
                announced.isEmpty() || announced.size() == 1 || announced.get(0).size() >= Xva.CHUNK;
        List<Content> contents = new ArrayList<>();
        for (XvaManifest.Disk disk : announced) {
            require(disks.containsKey(disk.ref()), "a content for " + disk.ref());
            contents.add(content(disk, disks.get(disk.ref()), mayLeaveOut));
        }
        return new XvaPlan(ova.toXml(), List.copyOf(contents));
    }

    private static Content content(XvaManifest.Disk disk, DiskReader source, boolean mayLeaveOut)
            throws DoppelException {
        String ref = disk.ref();
        require(ref.length() <= Xva.LONGEST_REF && ref.chars().allMatch(c -> c > ' ' && c < 0x7F), "a plain reference");
        require(source.size() <= disk.size(), "no more content than " + ref + " has room for");
        if (disk.size() > XvaWriter.LARGEST_DISK) {
            throw new DoppelException(
                    DiskError.TOO_LARGE, "A disk of " + disk.size() + " bytes does not fit into an XVA");
        }
        BitSet chunks = Units.allocated(source, Xva.CHUNK);
        Content content = new Content(ref, disk.size(), source, chunks);
        if (disk.size() > 0) {
            chunks.set(0);
            chunks.set(content.count() - 1);
        }
        if (!mayLeaveOut) {
            chunks.set(0, content.count());
        }
        return content;
    }

    private static void require(boolean good, String what) {
        if (!good) {
            throw new IllegalArgumentException("An XVA needs " + what);
        }
    }

    public long length() {
        long disks = contents.stream().mapToLong(Content::stored).sum();
        return TarHeader.file(Xva.DESCRIPTION, description.length).stored() + disks + END;
    }

    public void writeTo(OutputStream out, XvaCompression compression, StreamWatch watch)
            throws DoppelException, IOException {
        writeTo(out, compression, watch, System::nanoTime);
    }

    /**
     * @param clock nanoseconds
     */
    void writeTo(OutputStream out, XvaCompression compression, StreamWatch watch, LongSupplier clock)
            throws DoppelException, IOException {
        if (compression == XvaCompression.NONE) {
            writeContent(out, false, watch, clock);
            out.flush();
            return;
        }
        OutputStream open = new FilterOutputStream(out) {
            @Override
            public void write(byte[] buffer, int from, int length) throws IOException {
                out.write(buffer, from, length);
            }

            @Override
            public void close() throws IOException {
                // It belongs to whoever gave it.
                out.flush();
            }
        };
        try (OutputStream compressing = compressing(open, compression)) {
            writeContent(compressing, true, watch, clock);
        }
    }

    private static OutputStream compressing(OutputStream out, XvaCompression compression) throws IOException {
        // Flushed within so that what keeps a connection alive goes out.
        return compression == XvaCompression.GZIP
                ? new GZIPOutputStream(out, BUFFER, true)
                : new ZstdOutputStreamNoFinalizer(out).setChecksum(true);
    }

    private void writeContent(OutputStream out, boolean leaveOutZeros, StreamWatch watch, LongSupplier clock)
            throws DoppelException, IOException {
        StreamEnd end = new StreamEnd(out, watch);
        XvaOutput tar = new XvaOutput(end);
        tar.file(Xva.DESCRIPTION, description, description.length);
        for (Content content : contents) {
            new XvaDiskOutput(content, tar, leaveOutZeros, clock).write(watch.cancel());
        }
        end.write(new byte[END]);
    }
}
