package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.XvaManifest;
import io.doppel.disks.XvaSink;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One XVA being read. */
public final class XvaStream {
    private static final int LARGEST_CHUNK = 16 << 20;

    /** The table of checksums at the end of what the oldest releases wrote; each chunk has its own beside it. */
    private static final String OLD_TABLE = "checksum.xml";

    private final StreamSource in;
    private final TarInput tar;
    private final XvaSink sink;
    private final Map<String, XvaManifest.Disk> toCome = new HashMap<>();
    private byte[] chunk = new byte[Xva.CHUNK];
    private Optional<XvaDisk> current = Optional.empty();

    private XvaStream(InputStream content, XvaSink sink, StreamWatch watch) {
        this.in = new StreamSource(content, Xva.WHAT, watch);
        this.tar = new TarInput(in);
        this.sink = sink;
    }

    /** Reads all of it. */
    public static XvaManifest read(InputStream in, XvaSink sink, StreamWatch watch)
            throws DoppelException, IOException {
        try (InputStream content = Decompression.of(in, Xva.WHAT)) {
            return new XvaStream(content, sink, watch).read();
        }
    }

    private XvaManifest read() throws DoppelException, IOException {
        XvaManifest manifest = XvaDescriptionFile.read(tar);
        for (XvaManifest.Disk disk : manifest.disks()) {
            toCome.put(disk.ref(), disk);
        }
        sink.machine(manifest);
        Optional<TarHeader> file = tar.next();
        while (file.isPresent()) {
            readFile(file.get());
            file = tar.next();
        }
        if (current.isPresent()) {
            current.get().end();
        }
        requireAllCame();
        return manifest;
    }

    private void readFile(TarHeader file) throws DoppelException, IOException {
        if (file.name().equals(OLD_TABLE) && file.size() <= XvaDescriptionFile.LONGEST) {
            tar.read(file, new byte[(int) file.size()]);
            return;
        }
        int slash = file.name().lastIndexOf('/');
        if (slash < 0 || file.size() > LARGEST_CHUNK) {
            throw in.corrupt("the file " + file.name() + " of " + file.size() + " bytes");
        }
        XvaDisk disk = disk(file.name().substring(0, slash));
        long number = number(file.name().substring(slash + 1));
        int length = (int) file.size();
        if (length > chunk.length) {
            chunk = new byte[length];
        }
        tar.read(file, chunk);
        readChecksum(file.name(), length);
        disk.chunk(number, chunk, length);
    }

    private long number(String digits) throws DoppelException {
        boolean good =
                !digits.isEmpty() && digits.length() <= 18 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!good) {
            throw in.corrupt("a chunk without a number");
        }
        return Long.parseLong(digits);
    }

    /** The disk that comes, which is another one as soon as the one before is whole. */
    private XvaDisk disk(String ref) throws DoppelException {
        if (current.isPresent()) {
            if (current.get().ref().equals(ref)) {
                return current.get();
            }
            current.get().end();
        }
        XvaManifest.Disk announced = toCome.remove(ref);
        if (announced == null) {
            throw in.corrupt("a disk " + ref + " that is not announced or came before");
        }
        XvaDisk disk = new XvaDisk(in, announced, sink.disk(announced));
        current = Optional.of(disk);
        return disk;
    }

    private void readChecksum(String name, int length) throws DoppelException, IOException {
        TarHeader file = tar.next().orElseThrow(() -> in.corrupt("no checksum of " + name));
        Checksum kind = Checksum.of(file, name).orElseThrow(() -> in.corrupt("no checksum of " + name));
        byte[] written = new byte[(int) file.size()];
        tar.read(file, written);
        if (!kind.matches(written, chunk, length)) {
            throw new DoppelException(DiskError.BAD_CHECKSUM, in.what() + " has a damaged chunk " + name);
        }
    }

    private void requireAllCame() throws DoppelException {
        for (XvaManifest.Disk disk : toCome.values()) {
            if (disk.size() > 0) {
                throw new DoppelException(
                        DiskError.CUT_OFF, in.what() + " does not have the announced disk " + disk.ref());
            }
        }
    }
}
